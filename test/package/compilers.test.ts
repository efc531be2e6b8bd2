import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { run } from './support/run.ts';
import { toolchain } from './support/toolchains.ts';

const consumer = inject('consumer');
const sources = ['across-entry-points', 'problems', 'readonly', 'resume-uuid'];
const resolutions = {
  node10: { module: 'CommonJS' },
  node16: { module: 'Node16' },
  nodenext: { module: 'NodeNext' },
  bundler: { module: 'ESNext' },
};
type Resolution = keyof typeof resolutions;

/** What a compiler says to strict sources that use each entry point. */
async function errorsOf(version: string, moduleResolution: Resolution) {
  const folder = join(consumer, `typescript-${version}-${moduleResolution}`);
  await mkdir(folder);
  const compilerOptions = {
    ...resolutions[moduleResolution],
    moduleResolution,
    noEmit: true,
    strict: true,
    target: 'ES2022',
    types: ['node'],
    // This one is older than the declarations of memfs.
    skipLibCheck: version === '5.0',
    ...(version === '6' && moduleResolution === 'node10' ? { ignoreDeprecations: '6.0' } : {}),
  };
  const files = sources.map((source) => `../esm/${source}.ts`);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = toolchain(`typescript-${version}/bin/tsc`);
  const { stdout } = await run(process.execPath, [tsc, '--pretty', 'false'], folder);
  return stdout;
}

const versions = ['5.0', '5.9', '6', '7'];
const combinations = versions.flatMap((version) =>
  (['node10', 'node16', 'nodenext', 'bundler'] as const).map((it) => [version, it] as const),
);
// TypeScript 7 no longer has it.
const possible = combinations.filter(([version, it]) => !(version === '7' && it === 'node10'));

test.each(possible)('TypeScript %s compiles a use of each entry point (%s)', async (...chosen) => {
  expect(await errorsOf(...chosen)).toBe('');
});
