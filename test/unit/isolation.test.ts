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
import {
  diagnoseResume,
  findLiveSessions,
  isValidResumeUUID,
  listSessions,
  locateTranscripts,
} from 'claude-shared-state/sessions';
import { memfs } from 'memfs';
import { describe, expect, test, vi } from 'vitest';

// Injection that leaks to the real disk is the commonest bug of libraries of this kind.
vi.mock('node:fs', () => {
  const names = [
    'access',
    'lstat',
    'mkdir',
    'open',
    'opendir',
    'readFile',
    'readlink',
    'realpath',
    'stat',
    'symlink',
  ];
  const callbacks = ['close', 'fstat', 'fsync', 'open', 'read', 'stat', 'write'];
  return {
    ...throwing(names.map((name) => `${name}Sync`)),
    ...throwing(callbacks),
    constants: {},
    promises: throwing(names),
  };
});

function throwing(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, touched]));
}

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

const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
const home = '/me/.claude';

function sessionStage() {
  return memfs({
    [`${home}/projects/-work/${id}.jsonl`]: '{}',
    [`${home}/sessions/1.json`]: JSON.stringify({ sessionId: id }),
    '/work/.git/HEAD': '',
  }).fs;
}

describe('with an injected file system nothing is asked of the real machine:', () => {
  test.each([
    ['memfs', sessionStage],
    ['its promises', () => sessionStage().promises],
  ])('%s', async (_, fsOf) => {
    const fs = fsOf();
    if (!isValidResumeUUID(id)) throw new Error('it is an id');
    const diagnosis = await diagnoseResume(id, { accountHome: home, cwd: '/work', fs });
    expect(diagnosis.problems.map(({ code }) => code)).toContain('transcript-unusable');
    const { transcripts } = await locateTranscripts(id, { accountHomes: [home], fs });
    expect(transcripts).toHaveLength(1);
    const listed: unknown[] = [];
    for await (const { path } of listSessions([home], { fs })) listed.push(path);
    expect(listed).toEqual([`${home}/projects/-work/${id}.jsonl`]);
    const { sessions } = await findLiveSessions([home], { fs });
    // Process 1 runs on every machine, and may not be looked at.
    expect(sessions.map(({ processState }) => processState)).toEqual(['unknown']);
  });
});
