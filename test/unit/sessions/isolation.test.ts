import {
  diagnoseResume,
  findLiveSessions,
  isValidResumeUUID,
  listSessions,
  locateTranscripts,
} from 'claude-shared-state/sessions';
import { memfs } from 'memfs';
import { describe, expect, test, vi } from 'vitest';

vi.mock('node:fs', () => {
  const names = ['access', 'lstat', 'open', 'opendir', 'readFile', 'readlink', 'realpath', 'stat'];
  const sync = Object.fromEntries(names.map((name) => [`${name}Sync`, touched]));
  const promises = Object.fromEntries(names.map((name) => [name, touched]));
  const called = ['close', 'fstat', 'fsync', 'open', 'read', 'stat', 'write'];
  const byCallback = Object.fromEntries(called.map((name) => [name, touched]));
  return {
    ...sync,
    ...byCallback,
    mkdirSync: touched,
    symlinkSync: touched,
    constants: {},
    promises,
  };
});

function touched(path: unknown): never {
  throw new Error(`the real disk was touched: ${String(path)}`);
}

const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
const home = '/me/.claude';

function stage() {
  return memfs({
    [`${home}/projects/-work/${id}.jsonl`]: '{}',
    [`${home}/sessions/1.json`]: JSON.stringify({ sessionId: id }),
    '/work/.git/HEAD': '',
  }).fs;
}

describe('with an injected file system nothing is asked of the real machine:', () => {
  test.each([
    ['memfs', stage],
    ['its promises', () => stage().promises],
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
