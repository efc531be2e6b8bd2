import { foldSessionSummary, type SessionStore } from '@anthropic-ai/claude-agent-sdk';
import { describe, expect, test } from 'vitest';
import { kinds } from './support/clients.ts';
import { preparedPlace } from './support/stores.ts';

const key = { projectKey: 'proj', sessionId: 'sess' };
const entry = (fields: object = {}) => ({ type: 'x', ...fields });
const one = { ...key, subpath: 'subagents/agent-1' };
const two = { ...key, subpath: 'subagents/agent-2' };

describe.each(kinds)('the contracts of the SDK on %s', (kind) => {
  const open = async () => (await preparedPlace(kind)).open();

  test('load gives back what append got, in its order', async () => {
    // That it is assigned here shows that the SDK takes it.
    const store: SessionStore = await open();
    await store.append(key, [entry({ uuid: 'b', n: 1 }), entry({ uuid: 'a', n: 2 })]);
    expect(await store.load(key)).toEqual([entry({ uuid: 'b', n: 1 }), entry({ uuid: 'a', n: 2 })]);
  });

  test('load of an unknown key is null', async () => {
    const store = await open();
    expect(await store.load({ ...key, sessionId: 'nope' })).toBeNull();
    await store.append(key, [entry()]);
    expect(await store.load({ ...key, subpath: 'nope' })).toBeNull();
  });

  test('several calls of append keep their order, also if none waits for another', async () => {
    const store = await open();
    const names = Array.from({ length: 30 }, (_, n) => String((n * 7) % 30));
    await Promise.all(names.map((uuid) => store.append(key, [entry({ uuid })])));
    expect((await store.load(key))?.map(({ uuid }) => uuid)).toEqual(names);
  });

  test('an append of nothing changes nothing', async () => {
    const store = await open();
    await store.append(key, []);
    expect(await store.load(key)).toBeNull();
    await store.append(key, [entry({ uuid: 'a' })]);
    await store.append(key, []);
    expect(await store.load(key)).toEqual([entry({ uuid: 'a' })]);
  });

  test('a subpath is a transcript of its own', async () => {
    const store = await open();
    await store.append(key, [entry({ uuid: 'm' })]);
    await store.append(one, [entry({ uuid: 's' })]);
    expect(await store.load(key)).toEqual([entry({ uuid: 'm' })]);
    expect(await store.load(one)).toEqual([entry({ uuid: 's' })]);
  });

  test('project keys are apart', async () => {
    const store = await open();
    const [a, b] = [
      { ...key, projectKey: 'A' },
      { ...key, projectKey: 'B' },
    ];
    await store.append(a, [entry({ from: 'A' })]);
    await store.append(b, [entry({ from: 'B' })]);
    expect(await store.load(a)).toEqual([entry({ from: 'A' })]);
    expect(await store.load(b)).toEqual([entry({ from: 'B' })]);
    expect(await store.listSessions('A')).toHaveLength(1);
    expect(await store.listSessions('B')).toHaveLength(1);
  });

  test('listSessions has the sessions of one project, with times in milliseconds', async () => {
    const store = await open();
    const before = Date.now();
    for (const sessionId of ['a', 'b']) await store.append({ ...key, sessionId }, [entry()]);
    await store.append({ projectKey: 'other', sessionId: 'c' }, [entry()]);
    const sessions = await store.listSessions('proj');
    expect(sessions.map(({ sessionId }) => sessionId).toSorted()).toEqual(['a', 'b']);
    for (const { mtime } of sessions) {
      expect(Number.isInteger(mtime)).toBe(true);
      expect(Math.abs(mtime - before)).toBeLessThan(600_000);
    }
    expect(await store.listSessions('never')).toEqual([]);
  });

  test('listSessions leaves out sub-agents', async () => {
    const store = await open();
    await store.append(one, [entry()]);
    expect(await store.listSessions('proj')).toEqual([]);
    await store.append(key, [entry()]);
    expect((await store.listSessions('proj')).map(({ sessionId }) => sessionId)).toEqual(['sess']);
  });

  test('delete of a transcript takes what is below it, and nothing else', async () => {
    const store = await open();
    await store.delete({ ...key, sessionId: 'never' });
    const others = [
      { ...key, sessionId: 'sess2' },
      { ...key, projectKey: 'other' },
    ];
    for (const each of [key, one, two, ...others]) await store.append(each, [entry()]);
    await store.delete(key);
    for (const each of [key, one, two]) expect(await store.load(each)).toBeNull();
    for (const each of others) expect(await store.load(each)).toHaveLength(1);
    expect(await store.listSubkeys(key)).toEqual([]);
    expect((await store.listSessions('proj')).map(({ sessionId }) => sessionId)).toEqual(['sess2']);
    await store.append(key, [entry({ again: true })]);
    expect(await store.load(key)).toEqual([entry({ again: true })]);
  });

  test('delete of a subpath takes that alone', async () => {
    const store = await open();
    for (const each of [key, one, two]) await store.append(each, [entry()]);
    await store.delete(one);
    expect(await store.load(one)).toBeNull();
    expect(await store.load(two)).toHaveLength(1);
    expect(await store.load(key)).toHaveLength(1);
    expect(await store.listSubkeys(key)).toEqual(['subagents/agent-2']);
  });

  test('listSubkeys has the subpaths of one session, without the transcript', async () => {
    const store = await open();
    await store.append(key, [entry()]);
    expect(await store.listSubkeys(key)).toEqual([]);
    for (const each of [one, two]) await store.append(each, [entry()]);
    await store.append({ ...one, sessionId: 'other' }, [entry()]);
    const subkeys = await store.listSubkeys(key);
    expect(subkeys.toSorted()).toEqual(['subagents/agent-1', 'subagents/agent-2']);
    expect(await store.listSubkeys({ ...key, sessionId: 'never' })).toEqual([]);
  });
});

describe.each(['postgres', 'valkey'] as const)('listSessionSummaries on %s', (kind) => {
  test('gives what the SDK folded, also of appends by two processes', async () => {
    const place = await preparedPlace(kind);
    const [first, second] = [
      place.open({ foldSessionSummary }),
      place.open({ foldSessionSummary }),
    ];
    await first.append(key, [
      entry({ timestamp: '2024-01-01T00:00:00.000Z', customTitle: 'first' }),
    ]);
    await second.append(key, [
      entry({ timestamp: '2024-01-01T00:00:02.000Z', customTitle: 'second' }),
    ]);
    await first.append({ ...key, projectKey: 'other' }, [entry()]);
    const summaries = (await first.listSessionSummaries?.('proj')) ?? [];
    expect(summaries).toHaveLength(1);
    expect(summaries[0]?.data['customTitle']).toBe('second');
    const [listed] = await first.listSessions('proj');
    expect(summaries[0]?.mtime).toBe(listed?.mtime);
    const folded = foldSessionSummary(summaries[0], key, [entry()]);
    expect(folded.data).toMatchObject({ customTitle: 'second' });
    await first.delete(key);
    expect(await first.listSessionSummaries?.('proj')).toEqual([]);
  });
});

test('without foldSessionSummary, and on S3, there are no summaries', async () => {
  const [postgres, s3] = await Promise.all([preparedPlace('postgres'), preparedPlace('s3')]);
  expect('listSessionSummaries' in postgres.open()).toBe(false);
  expect('listSessionSummaries' in s3.open()).toBe(false);
});
