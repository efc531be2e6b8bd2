import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
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
async function errorsOf(version: string, moduleResolution: Resolution, more: object = {}) {
  const folder = join(consumer, `typescript-${version}-${moduleResolution}`);
  await mkdir(folder);
  const compilerOptions = {
    ...resolutions[moduleResolution],
    moduleResolution,
    noEmit: true,
    strict: true,
    target: 'ES2022',
    types: ['node'],
    ...more,
  };
  const files = sources.map((source) => `../esm/${source}.ts`);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = toolchain(`typescript-${version}/bin/tsc`);
  const { stdout } = await run(process.execPath, [tsc, '--pretty', 'false'], folder);
  return stdout;
}

describe.each(['5.0', '5.9', '6', '7'])('TypeScript %s', (version) => {
  const modern = ['node16', 'nodenext', 'bundler'] as const;
  // This compiler is older than the declarations of memfs.
  const more = version === '5.0' ? { skipLibCheck: true } : {};

  test.each(modern)('compiles a use of each entry point under %s', async (resolution) => {
    expect(await errorsOf(version, resolution, more)).toBe('');
  });

  // It is deprecated in 6, and 7 no longer has it.
  if (version !== '7') {
    test('compiles a use of each entry point under node10', async () => {
      const ignore = version === '6' ? { ignoreDeprecations: '6.0' } : {};
      expect(await errorsOf(version, 'node10', { ...more, ...ignore })).toBe('');
    });
  }
});
