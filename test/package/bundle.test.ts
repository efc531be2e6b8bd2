import { expect, inject, test } from 'vitest';
import { emittedFrom } from './support/compiled.ts';
import { tool } from './support/repository.ts';
import { succeed } from './support/run.ts';

/** The whole of what a bundler keeps of the package for one source of the consumer. */
function bundle(source: string): Promise<string> {
  const args = [emittedFrom(source), '--bundle', '--platform=node', '--format=esm'];
  return succeed(tool('esbuild'), args, inject('consumer'));
}

const fileSystem = /(from|require|import) ?\(?"(node:)?fs/;

test.each(['only-import', 'only-import-migrate', 'only-import-sessions'])(
  'an import that is not used adds nothing to a bundle (%s)',
  async (source) => {
    expect(await bundle(`esm/${source}.ts`)).toBe('');
  },
);

test('a program that only checks resume UUIDs has no file system in its bundle', async () => {
  const code = await bundle('esm/only-resume-uuid.ts');

  expect(code).toContain('isValidResumeUUID');
  expect(code).not.toMatch(fileSystem);
});

test('a program that validates homes has the file system in its bundle', async () => {
  expect(await bundle('esm/validate-two-homes.ts')).toMatch(fileSystem);
});
