import { afterAll, describe, expect, test } from 'vitest';
import { complaintsAbout, programOf } from './support/compiler.ts';
import { makeConsumer } from './support/consumer.ts';
import { pageExamples, sourceExamples } from './support/examples.ts';
import { run } from './support/run.ts';

const consumer = makeConsumer([...pageExamples(), ...sourceExamples()]);
afterAll(() => consumer.remove());

describe('the examples of the pages and of the doc comments', () => {
  test('compile together under the strict options of this repository', () => {
    const paths = consumer.files.map(({ path }) => path);
    expect(complaintsAbout(paths, programOf(paths))).toBe('');
  });

  test.concurrent.each(consumer.files.map(({ title, path }) => [title, path] as const))(
    '%s: runs and exits 0',
    async (_, path) => {
      const ending = await run(path, consumer.directory);
      expect(ending).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );
});
