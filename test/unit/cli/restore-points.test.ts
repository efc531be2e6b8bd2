import { mkdir } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const id = '20261121T201552Z-9c79f8dc95f27882';
const path = `.claude/.claude-shared-state/restore-points/${id}`;
const mark = (name: string) => mkdir(user.at(path, name), { recursive: true });
const listed = async () => (await run(['restore-points'], { home: user.home })).stdout;

beforeEach(() => user.healthy('.claude'));

describe('the state of a restore point is printed in words:', () => {
  test.each([
    ['complete', ['complete']],
    ['incomplete (migrate completes it)', []],
    ['being restored (restore completes it)', ['complete', 'restoring']],
    ['restored', ['complete', 'restored']],
    ['being deleted (prune completes it)', ['complete', 'deleting']],
  ])('%s', async (words, marks) => {
    await user.write(`${path}/projects/-work/x`, '');
    for (const name of marks) await mark(name);

    expect(await listed()).toContain(`    ${words}, 2026-11-21 20:15 UTC: projects\n`);
  });
});

test('a restore point without directories is listed', async () => {
  await mark('complete');

  expect(await listed()).toContain(': no directories\n');
});

test('prune, or restore, are proposed for a complete restore point', async () => {
  await mark('complete');

  expect(await listed()).toMatch(/prune --all\nor\n.*\n.*restore\n/);
});

test('only prune is proposed for a restored restore point', async () => {
  await mark('restored');

  expect(await listed()).toMatch(/Next\n.*\n.*prune --all\n$/);
});

test('only migrate is proposed for an incomplete restore point', async () => {
  await user.write(`${path}/projects/-work/x`, '');

  expect(await listed()).toMatch(/Next\n.*\n.*migrate\n$/);
});
