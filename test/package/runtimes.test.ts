import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { emittedFrom, moduleSystems } from './support/compiled.ts';
import { everyCall } from './support/every-call.ts';
import { tool } from './support/repository.ts';
import { run, succeed } from './support/run.ts';
import { bundle, toolchain } from './support/toolchains.ts';

const consumer = inject('consumer');
const runtimes = {
  'Node 20': { program: 'node-20/bin/node', args: [] },
  'Node 22': { program: 'node-22/bin/node', args: [] },
  'Node 24': { program: 'node-24/bin/node', args: [] },
  'Node 26': { program: 'node-26/bin/node', args: [] },
  Bun: { program: '@oven/bun-linux-x64/bin/bun', args: [] },
  Deno: { program: '@deno/linux-x64-glibc/deno', args: ['run', '--allow-all'] },
};

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'package-runtimes-'));
});
afterEach(() => rm(root, { recursive: true }));

describe.each(Object.entries(runtimes))('%s', (name, { program, args }) => {
  test('is the program that its name says', async () => {
    const version = await succeed(toolchain(program), ['--version'], root);
    expect(version).toMatch(name.startsWith('Node') ? `v${name.slice(5)}.` : /\d+\.\d+\.\d+/);
  });

  test.each(moduleSystems)('runs every call of the package, loaded as %s', async (folder) => {
    const source = emittedFrom(`${folder}/run-every-call.ts`);
    const told = await succeed(toolchain(program), [...args, source, root], consumer);
    expect(JSON.parse(told)).toEqual(everyCall);
  });
});

describe.each(['esbuild', 'rollup', 'webpack'])('a bundle of %s', (bundler) => {
  test('runs every call of the package', async () => {
    const output = join(consumer, `${bundler}.mjs`);
    await bundle(bundler, join(consumer, 'esm/run-every-call.js'), output);
    const told = await succeed(process.execPath, [output, root], consumer);
    expect(JSON.parse(told)).toEqual(everyCall);
  });
});

// By default both give a test five seconds, which a slow machine does not keep to.
const patience = '--testTimeout=1800000';
const runners = {
  jest: [
    toolchain('jest/bin/jest.js'),
    patience,
    '--rootDir',
    'cjs',
    '--testMatch',
    '**/*.spec.js',
  ],
  vitest: [tool('vitest'), 'run', patience, '--globals', '--root', 'esm', 'every-call.spec.js'],
};

test.each(Object.entries(runners))(
  'a test of %s runs every call of the package',
  async (_, args) => {
    const ended = await run(process.execPath, args, consumer, { ROOT: root });
    expect(ended).toEqual({ ...ended, exitCode: 0 });
    expect(ended.stdout + ended.stderr).toMatch(/Tests:? .*1 passed/);
  },
);
