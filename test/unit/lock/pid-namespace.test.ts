import { describe, expect, test } from 'vitest';
import {
  comparePidNamespaces,
  formatPidNamespace,
  INITIAL_PID_NAMESPACE,
  isPidNamespace,
} from '../../../src/fs/pid-namespace.ts';

const OLD_BOOT = '11111111-1111-4111-8111-111111111111';
const NEW_BOOT = '22222222-2222-4222-8222-222222222222';

/** A process namespace in its text form: by default the initial one of this machine, now. */
function namespace({
  machine = 'a'.repeat(32),
  boot = NEW_BOOT,
  pids = INITIAL_PID_NAMESPACE,
  times = '4026531834',
}: Partial<Parameters<typeof formatPidNamespace>[0]> = {}): string {
  const text = formatPidNamespace({ machine, boot, pids, times });
  if (text === undefined) throw new Error('no process namespace');
  return text;
}

const container = '4026532178';
const another = 'b'.repeat(32);

describe('a recorded process namespace', () => {
  test.each([
    ['itself', namespace(), namespace(), 'same'],
    ['the same container', namespace({ pids: container }), namespace({ pids: container }), 'same'],
    ['the same, renamed since', namespace({ machine: another }), namespace(), 'same'],
    ['the same, without a machine id', namespace({ machine: '' }), namespace(), 'same'],
    ['an earlier boot of this machine', namespace({ boot: OLD_BOOT }), namespace(), 'earlier-boot'],
    [
      'an earlier boot, with shifted times',
      namespace({ boot: OLD_BOOT, times: '4026532179' }),
      namespace(),
      'earlier-boot',
    ],
    [
      'a boot of another machine',
      namespace({ boot: OLD_BOOT, machine: another }),
      namespace(),
      'elsewhere',
    ],
    [
      'a boot of a machine without an id',
      namespace({ boot: OLD_BOOT, machine: '' }),
      namespace(),
      'elsewhere',
    ],
    [
      'a boot of some machine, seen by one without an id',
      namespace({ boot: OLD_BOOT }),
      namespace({ machine: '' }),
      'elsewhere',
    ],
    [
      'another boot, both without a machine id',
      namespace({ boot: OLD_BOOT, machine: '' }),
      namespace({ machine: '' }),
      'elsewhere',
    ],
    [
      'a container of an earlier boot',
      namespace({ boot: OLD_BOOT, pids: container }),
      namespace(),
      'elsewhere',
    ],
    [
      'an earlier boot, seen from a container',
      namespace({ boot: OLD_BOOT }),
      namespace({ pids: container }),
      'elsewhere',
    ],
    [
      'the same container number of an earlier boot',
      namespace({ boot: OLD_BOOT, pids: container }),
      namespace({ pids: container }),
      'elsewhere',
    ],
    ['a container of this machine', namespace({ pids: container }), namespace(), 'elsewhere'],
    [
      'this machine, seen from a container',
      namespace(),
      namespace({ pids: container }),
      'elsewhere',
    ],
    ['shifted times', namespace({ times: '4026532179' }), namespace(), 'elsewhere'],
    ['equal texts of another form', 'test', 'test', 'same'],
    ['different texts of another form', 'test', 'other', 'elsewhere'],
    ['a text of another form, seen from here', 'test', namespace(), 'elsewhere'],
    ['this machine, seen from a text of another form', namespace(), 'test', 'elsewhere'],
    ['no text', '', namespace(), 'elsewhere'],
  ] as const)('that is %s', (_, recorded, own, relation) => {
    expect(comparePidNamespaces(recorded, own)).toBe(relation);
  });

  test('is a text only if its boot and its namespace are known', () => {
    const parts = { machine: '', boot: NEW_BOOT, pids: '1', times: '' };
    expect(formatPidNamespace(parts)).toBe(`:${NEW_BOOT}:1:`);
    expect(formatPidNamespace({ ...parts, boot: '' })).toBeUndefined();
    expect(formatPidNamespace({ ...parts, pids: '' })).toBeUndefined();
  });

  test('is told from a pidDomain of Claude Code', () => {
    expect(isPidNamespace(namespace())).toBe(true);
    for (const text of [
      'linux',
      `linux:${'a'.repeat(32)}:pid:[${INITIAL_PID_NAMESPACE}]`,
      'test',
    ]) {
      expect(isPidNamespace(text)).toBe(false);
    }
  });
});
