import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resumeCommand } from 'claude-shared-state/sessions';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { needs } from '../support/required-here.ts';
import { theId } from '../support/session-id.ts';

/** A shell and its arguments. */
type Shell = readonly [string, ...string[]];

/** The shells that must take the line, as if it were typed: all read it from their standard input. */
const shells: readonly Shell[] = [
  ['sh'],
  ['dash'],
  ['bash', '--noprofile', '--norc'],
  // With a history to expand, and completion.
  ['bash', '--noprofile', '--norc', '-i'],
  ['zsh', '-f'],
  ['zsh', '-f', '-i'],
];

const root = realpathSync(mkdtempSync(join(tmpdir(), 'shared-state-shells-')));
const [bin, work] = [join(root, 'bin'), join(root, 'work')];
for (const directory of [bin, work]) mkdirSync(directory);
afterAll(() => rmSync(root, { recursive: true }));

const watched = [
  'CLAUDE_CONFIG_DIR',
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_SKIP_PROMPT_HISTORY',
  'CLAUDE_CODE_ENTRYPOINT',
];

// Tells how it was called, NUL after each word, because nothing else is sure not to be in one. Starts no process for it.
const fake = join(root, 'fake');
const values = watched.map((name) => `"\${${name}-unset}"`).join(' ');
writeFileSync(
  fake,
  `#!/bin/sh\nprintf '%s\\0' "$0" "$#" "$@"\npwd -P\nprintf '\\0'\nprintf '%s\\0' ${values}\n`,
);
chmodSync(fake, 0o755);

/** What a line that was typed has led to. */
interface Called {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: readonly string[];
}

/** Types lines into a shell whose environment is that of a program that Claude Code has started. */
function type([shell, ...args]: Shell, lines: readonly string[]) {
  const inherited = Object.fromEntries(watched.map((name) => [name, 'inherited']));
  const words = execFileSync(shell, args, {
    input: `${lines.join('\n')}\n`,
    env: { PATH: `${bin}:${process.env['PATH']}`, HOME: root, HISTFILE: '', ...inherited },
    cwd: root,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  }).split('\0');
  const calls: Called[] = [];
  while (words.length > 1) {
    const [program = '', count = ''] = words.splice(0, 2);
    const args = words.splice(0, Number(count));
    const [cwd = ''] = words.splice(0, 1);
    const environment = words.splice(0, watched.length);
    calls.push({ program, args, cwd: cwd.slice(0, -'\n'.length), environment });
  }
  return calls;
}

const nasty = Array.from(`'"\`$!\\ *?[]{}()<>|&;#~^%=:,.+-@_aZ09é日😀\u202e\u2028\u00a0`);
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...nasty), maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
);
// oxlint-disable-next-line no-control-regex -- they are refused, and have tests of their own
const typeable = text.filter((it) => !/[\0-\x1f\x7f-\x9f]/.test(it));
const name = typeable.filter((it) => it !== '' && !/^\.{1,2}$|\//.test(it));

const oneCase = fc.record({
  directory: name,
  home: name,
  isDefault: fc.boolean(),
  program: name.filter((it) => !/^[-~]|=/.test(it)),
  isOnPath: fc.boolean(),
  extraArgs: fc.array(
    typeable.filter((it) => it !== '--' && !/^-p*[cr]/.test(it)),
    { maxLength: 3 },
  ),
  prompt: fc.option(
    typeable.filter((it) => it !== ''),
    { nil: undefined },
  ),
});
type Case = typeof oneCase extends fc.Arbitrary<infer Value> ? Value : never;
// Many at once, because starting a shell is what takes the time.
const cases = fc.array(oneCase, { minLength: 40, maxLength: 40 });

describe('every line calls the program with exactly what was asked for, typed into', () => {
  test.for(shells.map((shell) => [shell.join(' '), shell] as const))('%s', ([, shell], context) => {
    needs(context, has(shell[0]) ? undefined : `${shell[0]} is not installed here`);
    fc.assert(
      fc.property(cases, (all) => {
        const commands = all.map(commandOf);
        const expected = commands.map(({ args, cwd, env }, index) => ({
          program: join(bin, all[index]?.program ?? ''),
          args,
          cwd,
          environment: [env['CLAUDE_CONFIG_DIR'] ?? 'unset', 'unset', 'unset', 'unset'],
        }));
        const lines = commands.map((command) => command.shell);
        expect(type(shell, lines)).toEqual(expected);
      }),
      { numRuns: 5 },
    );
  });
});

/** The command of a case, whose directory and program are there. */
function commandOf(one: Case) {
  const [cwd, program] = [join(work, one.directory), join(bin, one.program)];
  mkdirSync(cwd, { recursive: true });
  rmSync(program, { force: true });
  symlinkSync(fake, program);
  const accountHome = join(root, one.home);
  return resumeCommand(theId, {
    accountHome,
    defaultAccountHome: one.isDefault ? accountHome : undefined,
    cwd,
    program: one.isOnPath ? one.program : program,
    extraArgs: one.extraArgs,
    prompt: one.prompt,
  });
}

test('the interactive bash of these tests does expand its history', () => {
  const line = 'fake-for-history "!fake"';
  symlinkSync(fake, join(bin, 'fake-for-history'));
  const [, second] = type(['bash', '--noprofile', '--norc', '-i'], ['fake-for-history', line]);
  expect(second?.args).toEqual(['fake-for-history']);
});

function has(shell: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', shell], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
