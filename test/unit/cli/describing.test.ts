import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { problemCodes } from '../../../src/cli/causes.ts';
import { inWords } from '../support/in-words.ts';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const cli = (...argv: readonly string[]) => run(argv, { home: user.home });
const completed = async (...words: readonly string[]) =>
  (await cli('completion', 'bash', '--', ...words)).stdout.trim().split('\n');

describe('explain', () => {
  test('says what a code means, and what to do', async () => {
    const { exitCode, stdout } = await cli('explain', 'divergent-link');

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^divergent-link {2}error, remedy: manual\n\n\w.*\.\n\w.*\.\n$/);
  });

  test.each(problemCodes)('knows %s, without the words of the library', async (code) => {
    const { stdout } = await cli('explain', code);

    expect(stdout).not.toMatch(
      /validateAll|inspectAll|[Pp]ass [a-z]|acceptRetention|requiredShared/,
    );
  });

  test('proposes a code that was probably meant', async () => {
    const { exitCode, stderr } = await cli('explain', 'divergent-lnk');

    expect(exitCode).toBe(2);
    expect(stderr).toBe('✗ there is no problem code divergent-lnk; did you mean divergent-link?\n');
  });
});

describe('completion', () => {
  test.each(
    inWords([
      [['mi'], ['migrate']],
      [['migrate', '--li'], ['--live']],
      [
        ['migrate', '--live', ''],
        ['refuse', 'merge'],
      ],
      [['diagnose', '--un'], ['']],
      [['--home', ''], ['']],
      [
        ['completion', ''],
        ['bash', 'zsh', 'fish'],
      ],
    ]),
  )('offers what can follow what was typed (%s)', async (_, words, candidates) => {
    expect(await completed(...words)).toEqual(candidates);
  });

  test('of nothing is every command', async () => {
    expect(await completed('')).toEqual(commands.map(({ name }) => name));
  });

  test.each(['bash', 'zsh'])('prints a script that %s understands', async (shell) => {
    const { stdout } = await cli('completion', shell);
    const script = shell === 'zsh' ? `compdef() { :; }\n${stdout}` : stdout;

    await expect(promisify(execFile)(shell, ['-n', '-c', script])).resolves.toBeDefined();
  });

  test('refuses another shell', async () => {
    expect(await cli('completion', 'csh')).toMatchObject({ exitCode: 2 });
  });
});

test('the manual page names every command and option, and man accepts it', async () => {
  const { stdout } = await cli('man');

  for (const { name } of commands) expect(stdout).toContain(`.B ${name.replaceAll('-', '\\-')}`);
  expect(stdout).toContain('\\-\\-prefer\\-shared <path>');
  expect(stdout).toContain('.SH EXIT STATUS');
});

describe('mistyped names get a proposal:', () => {
  test.each(
    inWords([
      [['migrat'], "unknown command 'migrat'; did you mean migrate?"],
      [['migrate', '--dry-rn'], '(Did you mean --dry-run?)'],
      [['doctor', '--check', 'link'], 'there is no check link; did you mean links?'],
      [
        ['resume', '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e', '--account', '~/.claude-wrk'],
        'there is no account home',
      ],
    ]),
  )('names what was probably meant (%s)', async (_, argv, message) => {
    await user.bare('.claude-work');

    const { exitCode, stdout, stderr } = await cli(...argv);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

test('-v prints the version', async () => {
  expect(await cli('-v')).toMatchObject({ exitCode: 0, stdout: '1.2.3\n' });
});

test('a code that is like no other gets no proposal', async () => {
  expect((await cli('explain', 'zebra-crossing')).stderr).toBe(
    '✗ there is no problem code zebra-crossing\n',
  );
});

test.each([
  [
    ['migrate', '--live', ''],
    ['refuse', 'merge'],
  ],
  [['list', '--directory', ''], ['']],
  [['explain', ''], ['']],
  [['completion', 'z'], ['zsh']],
])('completion offers choices of an option or argument, and no paths (%#)', async (words, all) => {
  expect(await completed(...words)).toEqual(all);
});
