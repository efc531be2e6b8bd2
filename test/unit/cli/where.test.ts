import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdir } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { SESSION, userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const where = async () => (await run(['where', SESSION], { home: user.home })).stdout;

beforeEach(() => user.healthy('.claude'));

test('a name that is a link is called one', async () => {
  await user.transcript('elsewhere');
  await mkdir(user.at('.claude-projects-shared/-work'));
  await user.link(
    user.at('elsewhere', `${SESSION}.jsonl`),
    `.claude-projects-shared/-work/${SESSION}.jsonl`,
  );

  expect(await where()).toMatch(/· ~\/\.claude\/projects\/-work\/.*\.jsonl {2}a link$/m);
});

test('a name in a linked directory is told with that', async () => {
  await user.transcript('elsewhere');
  await user.link(user.at('elsewhere'), '.claude-projects-shared/-work');

  expect(await where()).toMatch(/\/-work\/.*\.jsonl {2}shared, in a linked directory$/m);
});

test('what has the name of a transcript, and is none, is called what it is', async () => {
  await mkdir(user.at('.claude-projects-shared/-work', `${SESSION}.jsonl`), { recursive: true });

  expect(await where()).toContain('  not a file but a directory, last written ');
});

test('a FIFO is called one', async () => {
  await mkdir(user.at('.claude-projects-shared/-work'));
  const path = user.at('.claude-projects-shared/-work', `${SESSION}.jsonl`);
  await promisify(execFile)('mkfifo', [path]);

  expect(await where()).toContain('  not a file but a FIFO, socket or device, last written ');
});
