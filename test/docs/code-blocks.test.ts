import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { complaintsAbout, programOf } from './support/compiler.ts';
import { makeConsumer } from './support/consumer.ts';
import { pageExamples, sourceExamples } from './support/examples.ts';
import { run } from './support/run.ts';

const consumer = makeConsumer([...pageExamples(), ...sourceExamples()]);
afterAll(() => consumer.remove());

/** What the examples take to be in a user's home directory. */
const directories = ['.claude', '.claude-spare', '.claude-work', 'new-name'];

describe('the examples of pages and doc comments', () => {
  test('compile together under the strict options of this repository', () => {
    const paths = consumer.files.map(({ path }) => path);
    expect(complaintsAbout(paths, programOf(paths))).toBe('');
  });

  test.concurrent.each(consumer.files.map(({ title, path }) => [title, path] as const))(
    '%s: runs',
    async (_, path) => {
      const ending = await run(path, consumer.directory, (home) => {
        for (const name of directories) mkdirSync(join(home, name));
        return [];
      });
      expect(ending).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );
});

describe('the agent runner of the README', () => {
  const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
  const example = consumer.files.find(({ title }) => title === 'README.md: In your code (2)');
  const caller = join(consumer.directory, 'caller.ts');
  writeFileSync(
    caller,
    `import { resumeOptions } from './${basename(example?.path ?? '')}';
    const [home = ''] = process.argv.slice(2);
    const { resume, env } = await resumeOptions('${id}', home, process.cwd());
    console.log(resume, env['CLAUDE_CONFIG_DIR']);`,
  );

  test('resumes a session that another account began', async () => {
    const { exitCode, stdout } = await run(caller, consumer.directory, (home) => {
      const [shared, account] = [join(home, '.claude-projects-shared'), join(home, '.claude-b')];
      const project = join(shared, consumer.directory.replaceAll(/[^A-Za-z0-9]/g, '-'));
      for (const directory of [project, account]) mkdirSync(directory, { recursive: true });
      symlinkSync(shared, join(account, 'projects'));
      const timestamp = new Date().toISOString();
      const message = {
        type: 'user',
        uuid: id,
        timestamp,
        sessionId: id,
        message: { content: 'Hello' },
      };
      writeFileSync(join(project, `${id}.jsonl`), `${JSON.stringify(message)}\n`);
      return [account];
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${id} .*/\\.claude-b$`, 'm'));
  });

  test('refuses to start afresh, and says why', async () => {
    const { exitCode, stderr } = await run(caller, consumer.directory, (home) => [
      join(home, '.claude-b'),
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${id} can't be resumed`);
  });
});
