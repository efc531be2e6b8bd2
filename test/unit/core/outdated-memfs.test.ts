import * as nodeFs from 'node:fs';
import { memfs } from 'memfs';
import { expect, test } from 'vitest';
import { isOutdatedMemfs } from '../../../src/core/outdated-memfs.ts';

/** What the probe sees of memfs: the constructor of a volume, and the constants. */
function likeMemfs(open: () => number) {
  class Volume {
    fromJSON() {}
    writeFileSync() {}
    symlinkSync() {}
    openSync() {
      return open();
    }
  }
  return { promises: { fs: new Volume(), constants: nodeFs.constants } };
}

const refuse = () => {
  throw new Error('ELOOP');
};

test('a memfs that follows a link in spite of O_NOFOLLOW is outdated', () => {
  const fs = likeMemfs(() => 3);
  expect(isOutdatedMemfs(fs)).toBe(true);
  expect(isOutdatedMemfs(fs.promises)).toBe(true);
});

test('a memfs that refuses to open the link is not', () => {
  expect(isOutdatedMemfs(likeMemfs(refuse))).toBe(false);
});

test('what merely looks like memfs is not', () => {
  const { constants } = nodeFs;
  const [bare, noConstructor] = [{ fromJSON() {} }, { fromJSON() {}, constructor: 'none' }];
  for (const volume of [bare, noConstructor]) {
    expect(isOutdatedMemfs({ promises: { fs: volume, constants } })).toBe(false);
  }
});

test('neither the installed memfs nor the real disk is outdated', () => {
  const { fs } = memfs();
  for (const fine of [fs, fs.promises, nodeFs, nodeFs.promises, { promises: 'none' }, {}]) {
    expect(isOutdatedMemfs(fine)).toBe(false);
  }
});
