import { describe, expect, test } from 'vitest';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const NAME = '20261121T201552Z-9c79f8dc95f27882';
const originals = async () => (await run(['originals'], { home: user.home })).stdout;
const write = (path: string) => user.write(`.claude/.claude-shared-state/originals/${path}`, '');

describe('in which state originals are is told in words:', () => {
  test.each([
    ['complete', NAME, ['sealed']],
    ['not completed (migrate completes it)', NAME, []],
    ['going back (restore completes it)', NAME, ['sealed', 'link-projects']],
    ['given back', NAME, ['sealed', 'link-projects', 'restored']],
    ['being removed (retire completes it)', `retiring-${NAME}`, ['sealed']],
  ])('%s', async (words, name, marks) => {
    await user.healthy('.claude');
    await write(`${name}/projects/-work/x`);
    for (const mark of marks) await write(`${name}/${mark}`);

    expect(await originals()).toContain(`    ${words}, of 2026-11-21 20:15 UTC: projects\n`);
  });
});

test('originals that hold no directories any more are listed all the same', async () => {
  await user.healthy('.claude');
  await write(`${NAME}/sealed`);

  expect(await originals()).toContain(': no directories\n');
});

test('only of complete ones it says how to restore and to remove them', async () => {
  await user.healthy('.claude');
  await write(`${NAME}/projects/-work/x`);
  expect(await originals()).not.toContain('Next');

  await write(`${NAME}/sealed`);

  expect(await originals()).toMatch(/restore\n(.*\n)+.*retire --all\n/);
});
