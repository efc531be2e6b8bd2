import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { environmentIn } from './support/cli.ts';
import { Terminal } from './support/terminal.ts';

const idOf = (number: number) => `3f0c5a52-6f0e-4a57-9d0b-00000000000${number}`;
const prompts = [
  'Fix the login of the admin page, which is broken since we moved the cookies',
  'Write a parser for the import format',
  '日本語のページを追加する',
];

/** Two homes that share three sessions, and a shell. */
async function open(columns: number) {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'chooser-')));
  onTestFinished(() => rm(home, { recursive: true }));
  for (const [index, content] of prompts.entries()) {
    const cwd = join(home, 'work', String(index % 2));
    const project = join(home, '.claude-projects-shared', cwd.replaceAll(/[^A-Za-z0-9]/g, '-'));
    mkdirSync(cwd, { recursive: true });
    mkdirSync(project, { recursive: true });
    const timestamp = `2026-11-0${index + 1}T10:00:00.000Z`;
    const line = { type: 'user', uuid: content, cwd, timestamp, message: { content } };
    const path = join(project, `${idOf(index)}.jsonl`);
    writeFileSync(path, `${JSON.stringify(line)}\n`);
    const seconds = Date.UTC(2026, 10, index + 1, 11) / 1000;
    utimesSync(path, seconds, seconds);
  }
  for (const name of ['.claude', '.claude-spare']) {
    mkdirSync(join(home, name));
    writeFileSync(join(home, name, 'settings.json'), '{}');
  }
  const shell = await Terminal.open(home, { ...environmentIn(home), TZ: 'UTC' }, columns);
  onTestFinished(() => shell.close());
  await shell.type('cd && claude-shared-state ensure >ensured && clear');
  await shell.until(/^\$\s*$/);
  const printed = () => readFile(join(home, 'printed'), 'utf8');
  return { home, shell, printed };
}

/** What is on the screen, without what differs from run to run. */
const shown = (screen: string) => `${screen.trim().replaceAll(/\b\d{3} B\b/g, '256 B')}\n`;

test.each([80, 40])(
  'a person finds a session and chooses its account in %d columns',
  async (columns) => {
    const { home, shell, printed } = await open(columns);
    const screens: string[] = [];

    await shell.type('claude-shared-state pick >printed; echo code=$?');
    screens.push(shown(await shell.until(/> .*ページ(.*\n)*.*Ctrl-C to leave/)));
    await shell.keys('admn lgin');
    screens.push(shown(await shell.until(/lgin\n> \S+ \S+ +Fix(.*\n)*.*Ctrl-C to leave/)));
    await shell.press('Enter');
    screens.push(shown(await shell.until(/> ~\/\.claude\n(.*\n)*.*Ctrl-C to leave/)));
    await shell.press('Down');
    await shell.until(/> ~\/\.claude-spare/);
    await shell.press('Enter');
    await shell.until(/code=0/);

    await expect(screens.join(`${'-'.repeat(columns)}\n`)).toMatchFileSnapshot(
      `chooser/${columns}-columns.txt`,
    );
    const command = await printed();
    expect(command).toContain(`CLAUDE_CONFIG_DIR='${home}/.claude-spare'`);
    expect(command).toContain(`--resume ${idOf(0)}\n`);
  },
);

test.each(['pick', 'resume', 'locate'])('Ctrl-C leaves %s quietly', async (command) => {
  const { shell, printed } = await open(80);
  await shell.type(`claude-shared-state ${command} >printed; echo code=$?`);
  await shell.until(/Which session\?\n(.*\n)*.*Ctrl-C to leave/);
  await shell.press('C-c');
  const screen = await shell.until(/code=130/);
  expect(await printed()).toBe('');
  expect(screen).not.toMatch(/Which session|rror/);
});

test('a terminal without a cursor gets a numbered list', async () => {
  const { shell, printed } = await open(80);
  await shell.type('TERM=dumb claude-shared-state locate >printed; echo code=$?');
  await shell.until(/^ 1 {2}.*\n 2 {2}.*parser.*\n 3 {2}.*Fix the login.*\nWhich session\?/m);
  await shell.type('parser');
  await shell.until(/^ 1 {2}.*parser.*\nWhich session\?/m);
  await shell.type('1');
  await shell.until(/code=0/);
  expect(await printed()).toContain(idOf(1));
});
