import { expect, inject, test } from 'vitest';
import { repository, tool } from './support/repository.ts';
import { run } from './support/run.ts';

const tarball = inject('tarball');

test('publint --strict finds nothing wrong with the tarball', async () => {
  const { exitCode, stdout } = await run(tool('publint'), ['--strict', tarball], repository);

  expect(stdout).toContain('All good!');
  expect(exitCode).toBe(0);
});

test('every way to resolve the types of the tarball leads to the right ones', async () => {
  const { exitCode, stdout } = await run(
    tool('attw'),
    ['--no-definitely-typed', '--no-color', '--no-emoji', '--format', 'ascii', tarball],
    repository,
  );

  expect(stdout).toContain('No problems found');
  expect(exitCode).toBe(0);
});
