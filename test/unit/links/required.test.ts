import {
  DefaultSharedRoot,
  ensureForAccount,
  inspectAll,
  RequiredShared,
  requiredSharedUnder,
  validateAll,
} from 'claude-shared-state';
import { memfs } from 'memfs';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';

test('RequiredShared lists session-env, file-history and projects under the default root', () => {
  expect(DefaultSharedRoot).toBe('/home/ubuntu');
  expect(RequiredShared).toEqual([
    { name: 'session-env', target: '/home/ubuntu/.claude-session-env-shared' },
    { name: 'file-history', target: '/home/ubuntu/.claude-file-history-shared' },
    { name: 'projects', target: '/home/ubuntu/.claude-projects-shared' },
  ]);
});

test('requiredSharedUnder() gives the same list under another root', () => {
  expect(requiredSharedUnder('/home/ubuntu')).toEqual(RequiredShared);
  expect(requiredSharedUnder('/srv/').map(({ target }) => target)).toContain(
    '/srv/.claude-projects-shared',
  );
});

test('the lists cannot be changed', () => {
  for (const list of [RequiredShared, requiredSharedUnder('/srv')]) {
    expect(Object.isFrozen(list)).toBe(true);
    expect(list.every(Object.isFrozen)).toBe(true);
  }
});

describe('the default list', () => {
  test('makes the default root where it is missing, and warns', async () => {
    const { fs } = memfs({ '/root/.claude': null });
    const [looked] = await inspectAll(['/root/.claude'], { fs });
    const [report] = await validateAll(['/root/.claude'], { fs });
    for (const { problems } of [looked, report].filter((one) => one !== undefined)) {
      expect(problems.find(({ code }) => code === 'default-root-used')).toMatchObject({
        severity: 'warning',
        path: '/home/ubuntu',
      });
    }
    expect(report?.created).toContain('/home/ubuntu');
    expect(report?.ok).toBe(true);
  });

  test('warns also where what is above the default root lies behind a link', async () => {
    const { fs } = memfs({ '/var/home/me/.claude': null });
    fs.symlinkSync('/var/home', '/home');
    const [report] = await validateAll(['/home/me/.claude'], { fs });
    expect(report?.created).toContain('/var/home/ubuntu');
    expect(report?.problems).toMatchObject([{ code: 'default-root-used' }]);
  });

  test('does not warn where the root is there', async () => {
    const { fs } = memfs({ '/home/ubuntu/.claude': null });
    const [report] = await validateAll(['/home/ubuntu/.claude'], { fs });
    expect(report?.problems).toEqual([]);
  });

  test('warns if it is created while no home is in the default root', async () => {
    const { fs } = memfs({ '/home/ubuntu': null, '/home/me/.claude': null });
    const [looked] = await inspectAll(['/home/me/.claude'], { fs });
    const [report] = await validateAll(['/home/me/.claude'], { fs });
    const [again] = await validateAll(['/home/me/.claude'], { fs });
    expect(looked?.problems.map(({ code }) => code)).toContain('default-root-used');
    expect(report?.problems).toMatchObject([{ code: 'default-root-used', path: '/home/ubuntu' }]);
    expect(again?.problems).toEqual([]);
  });

  test('does not warn where the caller named the root', async () => {
    const { fs } = memfs({ '/root/.claude': null });
    const required = requiredSharedUnder('/home/ubuntu');
    const [report] = await validateAll(['/root/.claude'], { fs, required });
    expect(report?.problems).toEqual([]);
  });
});

test.each(inWords([undefined, '', 'relative', '~/x', 7]))(
  'requiredSharedUnder(%s) is refused',
  (_, root) => {
    const call = () => Reflect.apply(requiredSharedUnder, undefined, [root]) as unknown;
    expect(call).toThrow(/^requiredSharedUnder: root is .*It must be an absolute path/);
  },
);

describe.each(['validateAll', 'ensureForAccount'] as const)('%s warns', (name) => {
  test('of a home that it created, and only then: the path may be mistyped', async () => {
    const { fs } = memfs({ '/me/.claude-a': null });
    const options = { required: requiredSharedUnder('/me'), fs };
    const call = async (home: string) =>
      name === 'validateAll'
        ? await validateAll([home], options)
        : [await ensureForAccount(home, options)];
    const codes = async (home: string) =>
      (await call(home)).flatMap(({ problems }) => problems.map(({ code }) => code));
    expect(await codes('/me/.claude-a')).toEqual([]);
    expect(await codes('/me/.cluade-b')).toEqual(['home-created']);
    expect(await codes('/me/.cluade-b')).toEqual([]);
  });
});
