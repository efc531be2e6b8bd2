import { lstat, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { environmentIn, makeHome } from './support/cli.ts';
import { Terminal } from './support/terminal.ts';

let home: string;
let terminal: Terminal | undefined;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'package-terminal-')));
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
  await rm(home, { recursive: true });
});

async function open(environment: Readonly<Record<string, string>> = {}, columns = 80) {
  terminal = await Terminal.open(home, { ...environmentIn(home), ...environment }, columns);
  return terminal;
}

const isLink = async () => (await lstat(join(home, '.claude', 'projects'))).isSymbolicLink();

const QUESTION = /Migrate 1 home to the shared directories\? \[y\/N\]/;

test('a person types the commands that it says, and ends with healthy homes', async () => {
  makeHome(join(home, '.claude'), 3);
  makeHome(join(home, ".claude-it's mine"), 3);
  const shell = await open();

  await shell.type('claude-shared-state; echo code=$?');
  await shell.until(/code=1/);
  const [, next = ''] =
    /^ {2}(claude-shared-state .*)$/m.exec(await shell.screen({ isJoined: true })) ?? [];
  await shell.type(next.trimEnd());
  await shell.until(/Migrate 2 homes to the shared directories\? \[y\/N\]/);
  await shell.type('y');
  const screen = await shell.until(/✓ done/);

  expect(screen).toContain('✓ catch-up: 6 files');
  await shell.type('clear; claude-shared-state; echo code=$?');
  expect(await shell.until(/code=0/)).toContain('✓ healthy: 2 homes share their sessions');
});

describe('nothing is changed', () => {
  test.each([
    ['Enter', 'Enter'],
    ['a no', 'n'],
    ['Ctrl-C', 'C-c'],
    ['Ctrl-D', 'C-d'],
  ])('where the answer is %s', async (_, key) => {
    makeHome(join(home, '.claude'), 3);
    const shell = await open();

    await shell.type('claude-shared-state migrate; echo code=$?');
    await shell.until(QUESTION);
    await shell.press(key);
    if (key === 'n') await shell.press('Enter');

    expect(await shell.until(/code=\d/)).toMatch(/Nothing was changed\.\n(.*\n)*code=1/);
    expect(await isLink()).toBe(false);
  });
});

test('Ctrl-C stops a run between two steps, and the command that it names completes it', async () => {
  makeHome(join(home, '.claude'), 20_000);
  const shell = await open();

  await shell.type('claude-shared-state migrate --yes; echo code=$?');
  await shell.until(/absorb .*%/);
  await shell.press('C-c');
  const stopped = await shell.until(/code=\d/);

  expect(stopped).toContain('Stopping after the current step; nothing is lost.');
  expect(stopped).toContain(
    '! stopped. Nothing is lost. To complete it:\n  claude-shared-state migrate\n',
  );
  expect(stopped).toContain('code=3');

  await shell.type('clear; claude-shared-state; echo code=$?');
  expect(await shell.until(/code=1/)).toContain('✗ not healthy');
  await shell.type('clear; claude-shared-state migrate; echo code=$?');
  await shell.until(QUESTION);
  await shell.type('yes');
  await shell.until(/code=0/);
  expect(await isLink()).toBe(true);
});

describe('a terminal', () => {
  test('of 40 columns shows all of it', async () => {
    makeHome(join(home, '.claude'), 3);
    const shell = await open({}, 40);

    await shell.type('claude-shared-state migrate; echo code=$?');
    await shell.until(/\[y\/N\]/);
    await shell.type('y');
    await shell.until(/code=0/);
    // Another word, because the first one is still on the screen until it is cleared.
    await shell.type('clear; claude-shared-state --verbose; echo checked=$?');

    const screen = await shell.until(/checked=0/);
    expect(screen).toContain('    projects      ✓ linked\n');
  });

  test('has colors, and a line that is drawn over', async () => {
    makeHome(join(home, '.claude'), 3);
    const shell = await open();
    await shell.record(join(home, 'record'));

    await shell.type('claude-shared-state migrate --yes; echo code=$?');
    await shell.until(/code=0/);

    const written = await readFile(join(home, 'record'), 'utf8');
    expect(written).toContain('\u001B[32m✓');
    expect(written).toContain('\u001B[K');
  });

  test('that can do nothing gets nothing but text', async () => {
    makeHome(join(home, '.claude'), 3);
    const shell = await open({ TERM: 'dumb' });
    await shell.record(join(home, 'record'));

    await shell.type('claude-shared-state migrate; echo code=$?');
    await shell.until(QUESTION);
    await shell.type('y');
    await shell.until(/code=0/);

    const written = await readFile(join(home, 'record'), 'utf8');
    expect(written).toContain('ok done');
    expect(written).not.toContain('\u001B');
    expect(await isLink()).toBe(true);
  });
});
