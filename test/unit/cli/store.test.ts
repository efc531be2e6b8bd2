import { expect, test } from 'vitest';
import { run } from './support/run.ts';
import { inWorld } from '../support/world.ts';

test.each([
  ['what is no URL', ['--url', 'nowhere'], '--url is not a URL'],
  ['no URL', [], '--url is missing'],
  ['another engine', ['--url', 'mysql://host/x'], '--url must begin with'],
])('store refuses %s, and says what it takes', (_, words, message) =>
  inWorld('disk', async ({ root }) => {
    const { exitCode, stderr } = await run(['store', 'list', ...words], { home: root });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  }),
);
