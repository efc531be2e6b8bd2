import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { typeErrorsIn } from './support/compiled.ts';
import { NEED_MORE } from './support/consumer.ts';
import { repository, tool } from './support/repository.ts';
import { run } from './support/run.ts';

const consumer = inject('consumer');
const examples = (await readdir(join(repository, 'examples'))).filter(
  (name) => name.endsWith('.ts') && !NEED_MORE.includes(name),
);

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'package-example-'));
});
afterEach(() => rm(home, { recursive: true }));

test('the examples that the package promises are there', () => {
  expect(examples).toEqual(
    expect.arrayContaining(['custom-shared-list.ts', 'daemon-startup.ts', 'memfs-unit-test.ts']),
  );
});

describe.each(examples)('the example %s', (name) => {
  test('compiles with nothing but the installed package', () => {
    expect(typeErrorsIn(`examples/${name}`)).toEqual([]);
  });
});

// The probe has something to say only where a session is stored, and the daemon watches until it is ended: the
// end-to-end tests run both.
const ending = examples.filter((name) => name !== 'smoke-probe.ts');
describe.each(ending)('the example %s', (name) => {
  test('runs with nothing but the installed package', async () => {
    const accountHomes = [join(home, '.claude-work'), join(home, '.claude-spare')];
    const args = [join('examples', name), ...accountHomes];
    const ended = await run(tool('tsx'), args, consumer, { HOME: home });

    // Whole, so that a failure shows what the example has printed.
    expect(ended).toEqual({ ...ended, exitCode: 0 });
  });
});
