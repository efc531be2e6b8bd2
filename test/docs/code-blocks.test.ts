import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import ts from 'typescript';
import { programOf } from './support/compiler.ts';
import { run } from './support/run.ts';
import { pathInRepository } from './support/source.ts';
import { pages, pageText } from './support/pages.ts';

/** A code block that a reader may copy. */
interface Example {
  /** Where it stands, and its title or the heading above it. */
  readonly title: string;
  readonly code: string;
}

/** Every `ts` block of every page, under the heading above it. */
function pageExamples(): readonly Example[] {
  return pages.flatMap((page) =>
    pageText(page)
      .split(/^(?=#+ )/m)
      .flatMap((section) => {
        const heading = /^#+ (.*)/.exec(section)?.[1] ?? 'before the first heading';
        const blocks = [...section.matchAll(/^```ts\n(.*?)^```$/gms)];
        return blocks.map(([, code = ''], index) => {
          const number = blocks.length > 1 ? ` (${index + 1})` : '';
          return { title: `${page}: ${heading}${number}`, code };
        });
      }),
  );
}

/** The code block of every `@example` in the source, under its title. */
function sourceExamples(): readonly Example[] {
  const files = readdirSync(pathInRepository('src'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(pathInRepository(`src/${file}`), 'utf8');
      const comments = [...text.matchAll(/\/\*\*.*?\*\//gs)].map(([comment]) =>
        withoutStars(comment),
      );
      return comments.flatMap((comment) => examplesIn(comment, `src/${file}`));
    });
}

function examplesIn(comment: string, file: string): readonly Example[] {
  const titles = [...comment.matchAll(/^@example\b.*$/gm)];
  const examples = [...comment.matchAll(/^@example (?<title>.+)\n```ts\n(?<code>.*?)^```$/gms)];
  if (titles.length !== examples.length) {
    throw new Error(`${file} has an @example without a title or a ts block`);
  }
  return examples.map(({ groups: { title = '', code = '' } = {} }) => ({
    title: `${file}: ${title}`,
    code,
  }));
}

function withoutStars(comment: string): string {
  return comment.replace(/^ *\* ?/gm, '');
}

/** What the compiler says about the given files of a program; nothing if all is well. */
function complaintsAbout(files: readonly string[], program: ts.Program): string {
  const complaints = [
    ...program.getOptionsDiagnostics(),
    ...files.flatMap((file) => {
      const source = program.getSourceFile(file);
      return [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ];
    }),
  ];
  return ts.formatDiagnostics(complaints, {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => pathInRepository('.'),
    getNewLine: () => '\n',
  });
}

/** A project of somebody else's that holds nothing but examples, each in a file of its own. */
interface Consumer {
  readonly directory: string;
  readonly files: readonly { readonly title: string; readonly path: string }[];
  remove(): void;
}

function makeConsumer(examples: readonly Example[]): Consumer {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'claude-shared-state-docs-')));
  const paths = {
    'claude-shared-state': [pathInRepository('src/index.ts')],
    'claude-shared-state/failover': [pathInRepository('src/failover/index.ts')],
    'claude-shared-state/homes': [pathInRepository('src/homes/index.ts')],
    'claude-shared-state/migrate': [pathInRepository('src/migrate/index.ts')],
    'claude-shared-state/retention': [pathInRepository('src/retention/index.ts')],
    'claude-shared-state/sessions': [pathInRepository('src/sessions/index.ts')],
    'claude-shared-state/store': [pathInRepository('src/store/index.ts')],
    'claude-shared-state/store/*': [pathInRepository('src/store/*.ts')],
    'claude-shared-state/tmux': [pathInRepository('src/failover/terminal/index.ts')],
  };
  const config = { extends: pathInRepository('tsconfig.json'), compilerOptions: { paths } };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
  symlinkSync(pathInRepository('node_modules'), join(directory, 'node_modules'));
  const files = examples.map(({ title, code }, index) => {
    const path = join(directory, `example-${index}.ts`);
    writeFileSync(path, code);
    return { title, path };
  });
  return { directory, files, remove: () => rmSync(directory, { recursive: true }) };
}

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
