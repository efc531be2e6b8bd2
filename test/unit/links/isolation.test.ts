import {
  ensureForAccount,
  ensureForAccountSync,
  inspectAll,
  inspectAllSync,
  requiredSharedUnder,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';
import { inspectRetention } from 'claude-shared-state/retention';
import { memfs } from 'memfs';
import { describe, expect, test, vi } from 'vitest';

// Injection that leaks to the real disk is the commonest bug of libraries of this kind.
vi.mock('node:fs', () => {
  const names = [
    'access',
    'lstat',
    'mkdir',
    'opendir',
    'readFile',
    'readlink',
    'realpath',
    'stat',
    'symlink',
  ];
  const sync = Object.fromEntries(names.map((name) => [`${name}Sync`, touched]));
  const promises = Object.fromEntries(names.map((name) => [name, touched]));
  return { ...sync, fsync: touched, read: touched, constants: {}, promises };
});

function touched(path: unknown): never {
  throw new Error(`the real disk was touched: ${String(path)}`);
}

const required = requiredSharedUnder('/me/shared');

function stage() {
  const { fs } = memfs({ '/me/bad/projects/t.jsonl': '', '/me/half/settings.json': '{}' });
  fs.symlinkSync('/nowhere', '/me/half/file-history');
  return fs;
}

const homes = ['/me/bad', '/me/half', '/me/new'];

describe('with an injected file system no call reaches the real disk:', () => {
  test('the real disk throws in this test', () => {
    expect(() => inspectAllSync(homes)).not.toThrow();
    expect(inspectAllSync(homes)[0]?.problems[0]?.code).toBe('directory-unusable');
    expect(() => validateAllSync(homes)).toThrow('directory-unusable');
  });

  test.each([
    ['memfs', stage],
    ['its promises', () => stage().promises],
  ])('%s, asynchronously', async (_, fsOf) => {
    const options = { required, fs: fsOf() };
    await expect(inspectAll(homes, options)).resolves.toHaveLength(3);
    await expect(inspectRetention(homes, options)).resolves.toMatchObject({ periodDays: 30 });
    await expect(validateAll(homes, options)).rejects.toThrow('not-a-symlink');
    await expect(ensureForAccount('/me/new', options)).resolves.toMatchObject({ ok: true });
    await expect(ensureForAccount('/me/half', options)).rejects.toThrow('dangling-link');
  });

  test('memfs, synchronously', () => {
    const options = { required, fs: stage() };
    expect(inspectAllSync(homes, options)).toHaveLength(3);
    expect(() => validateAllSync(homes, options)).toThrow('not-a-symlink');
    expect(ensureForAccountSync('/me/new', options)).toMatchObject({ ok: true });
    expect(() => ensureForAccountSync('/me/half', options)).toThrow('dangling-link');
  });
});
