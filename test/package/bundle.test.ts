import { expect, inject, test } from 'vitest';
import { emittedFrom, onlyImports } from './support/compiled.ts';
import { tool } from './support/repository.ts';
import { succeed } from './support/run.ts';

/** The whole of what a bundler keeps of the package for one source of the consumer. */
function bundle(source: string): Promise<string> {
  const args = [emittedFrom(source), '--bundle', '--platform=node', '--format=esm'];
  return succeed(tool('esbuild'), args, inject('consumer'));
}

const fileSystem = /(from|require|import) ?\(?"(node:)?fs/;
const childProcess = /(from|require|import) ?\(?"(node:)?child_process/;

test.each(onlyImports)(
  'an import that is not used adds nothing to a bundle (%s)',
  async (source) => {
    expect(await bundle(`esm/${source}.ts`)).toBe('');
  },
);

test('a program that only checks resume UUIDs has no file system in its bundle', async () => {
  const code = await bundle('esm/only-resume-uuid.ts');

  expect(code).toContain('[0-9a-f]{8}-');
  expect(code).not.toMatch(fileSystem);
});

test('a program that validates homes has the file system in its bundle', async () => {
  expect(await bundle('esm/validate-two-homes.ts')).toMatch(fileSystem);
});

test('a program that looks for resume hints has neither in its bundle', async () => {
  const code = await bundle('esm/only-resume-hint.ts');

  expect(code).toContain('findResumeUUID');
  expect(code).not.toMatch(fileSystem);
  expect(code).not.toMatch(childProcess);
});

test('a program that uses tmux has the processes in its bundle', async () => {
  const code = await bundle('esm/tmux.ts');

  expect(code).toMatch(childProcess);
});
