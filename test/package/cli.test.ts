import { execFile } from 'node:child_process';
import { lstat, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, test, type TestContext } from 'vitest';
import { needs } from '../unit/support/required-here.ts';
import { bin, environmentIn, makeHome } from './support/cli.ts';
import { installedFiles, readInstalled } from './support/installed.ts';
import { run } from './support/run.ts';

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'package-cli-')));
});
afterEach(() => rm(home, { recursive: true }));

const cli = (...argv: readonly string[]) => run(bin, argv, home, environmentIn(home));
const inShell = async (script: string) =>
  (await promisify(execFile)('bash', ['-c', script], { cwd: home, env: environmentIn(home) }))
    .stdout;

test('npx finds the command', async () => {
  const argv = ['claude-shared-state', '--help'];
  const { exitCode, stdout } = await run('npx', argv, inject('consumer'), { HOME: home });

  expect(exitCode).toBe(0);
  expect(stdout).toContain('Usage: claude-shared-state');
});

test('it can be executed, and knows its version', async () => {
  const manifest: unknown = JSON.parse(await readInstalled('package.json'));

  expect((await stat(bin)).mode & 0o111).toBe(0o111);
  expect(manifest).toHaveProperty('version', (await cli('--version')).stdout.trim());
});

describe('completion, in the shell itself, offers', () => {
  const scripts = {
    bash: (line: string) =>
      `source <(claude-shared-state completion bash); COMP_WORDS=(claude-shared-state ${line})
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _claude_shared_state; printf '%s\\n' "\${COMPREPLY[@]}"`,
    fish: (line: string) =>
      `fish -N -c "claude-shared-state completion fish | source; complete -C 'claude-shared-state ${line}'"`,
  };
  const offered = async (line: string, shell: 'bash' | 'fish', context: TestContext) => {
    const isThere = (await inShell(`command -v ${shell} || true`)) !== '';
    needs(context, isThere ? undefined : `${shell} is not installed here`);
    return (await inShell(scripts[shell](line))).trim().split('\n');
  };

  test.for(['bash', 'fish'] as const)(
    'commands, options and choices in %s',
    async (shell, context) => {
      expect(await offered('mi', shell, context)).toEqual(['migrate']);
      expect(await offered('migrate --li', shell, context)).toEqual(['--live']);
      expect(await offered('migrate --live ref', shell, context)).toEqual(['refuse']);
    },
  );

  test('files in fish where the command offers nothing', async (context) => {
    makeHome(join(home, '.claude'), 1);
    expect(await offered('doctor --home ./.cl', 'fish', context)).toEqual(['./.claude/']);
  });
});

describe('the exit code is', () => {
  test('0 where all is right, and done is what was asked for', async () => {
    makeHome(join(home, '.claude'), 1);

    expect(await cli('migrate', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await cli()).toMatchObject({ exitCode: 0 });
  });

  test('1 where something is wrong', async () => {
    makeHome(join(home, '.claude'), 1);

    expect(await cli('doctor')).toMatchObject({ exitCode: 1 });
  });

  test('2 where the command line cannot be carried out', async () => {
    expect(await cli('doctor')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await cli('--hom', '/x')).toMatchObject({ exitCode: 2, stdout: '' });
    makeHome(join(home, '.claude'), 1);
    expect(await cli('migrate')).toMatchObject({ exitCode: 2 });
  });
});

describe('where nobody reads what it says', () => {
  test.each(['doctor', 'doctor --json', 'schema', '--help'])(
    '%s ends as it would otherwise, without a word',
    async (words) => {
      makeHome(join(home, '.claude'), 1);
      const { exitCode } = await cli(...words.split(' '));

      const told = await inShell(
        `{ claude-shared-state ${words}; echo $? >code; } 2>errors | true; cat code errors`,
      );

      expect(told).toBe(`${exitCode}\n`);
    },
  );

  test('head gets its lines', async () => {
    makeHome(join(home, '.claude'), 1);

    expect(await inShell('claude-shared-state | head -n 1')).toBe('1 account home, found in ~\n');
  });

  test('a migration is completed all the same', async () => {
    makeHome(join(home, '.claude'), 500);

    await inShell('claude-shared-state migrate --yes 2>&1 | true');

    expect((await lstat(join(home, '.claude', 'projects'))).isSymbolicLink()).toBe(true);
    expect(await cli()).toMatchObject({ exitCode: 0 });
  });
});

describe('the bundle', () => {
  test('needs nothing but Node', async () => {
    const code = await readInstalled('dist/cli.js');

    const imports = code.matchAll(/^import .* from ["']([^"']+)["'];$/gm);
    const modules = [...new Set(Array.from(imports, ([, name = '']) => name))];
    expect(modules.length).toBeGreaterThan(5);
    expect(modules.filter((it) => !builtinModules.includes(it.replace('node:', '')))).toEqual([]);
  });

  test('keeps the licenses of what is in it', async () => {
    const notices = await readInstalled('dist/cli.LICENSES.txt');
    const manifest = JSON.stringify(JSON.parse(await readInstalled('package.json')));

    for (const name of [
      '@inquirer/search',
      '@leeoniya/ufuzzy',
      'commander',
      'fastest-levenshtein',
      'jsonc-parser',
      'picocolors',
      'string-width',
      'wrap-ansi',
    ]) {
      expect(manifest).toContain(`"${name}":`);
      expect(notices).toMatch(new RegExp(`^--- ${name} \\d`, 'm'));
    }
    const parts = notices.split(/^--- /m).slice(1);
    // All of them are MIT or ISC, which ask for the copyright and for this notice.
    for (const part of parts) {
      expect(part).toMatch(/Copyright/);
      expect(part).toMatch(/permission notice/);
    }
  });

  test('is no part of the library', async () => {
    const library = (await installedFiles()).filter((name) => /^dist\/(?!cli\.).*js$/.test(name));
    for (const name of library)
      expect(await readInstalled(name)).not.toMatch(/commander|picocolors|inquirer|ufuzzy/i);
    expect(library).toContain('dist/index.js');

    const path = join(inject('consumer'), 'package.json');
    await expect(readFile(path, 'utf8')).resolves.toContain('claude-shared-state');
    const loading = `import('claude-shared-state/cli').then(() => process.exit(0), () => process.exit(7))`;
    const { exitCode } = await run(process.execPath, ['-e', loading], inject('consumer'));
    expect(exitCode).toBe(7);
  });
});
