import { expect, test } from 'vitest';
import { installedFiles } from './support/installed.ts';

test('the package holds its build, and no source, test or build information', async () => {
  expect(await installedFiles()).toEqual([
    'LICENSE',
    'README.md',
    'dist/index.cjs',
    'dist/index.d.cts',
    'dist/index.d.ts',
    'dist/index.js',
    'package.json',
  ]);
});
