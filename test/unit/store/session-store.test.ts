import { createSessionStore, describeStoreProblem } from 'claude-shared-state/store';
import { postgresStore } from 'claude-shared-state/store/postgres';
import { s3Store } from 'claude-shared-state/store/s3';
import { expect, test } from 'vitest';
import { memoryEngine } from '../support/memory-log.ts';

const key = { projectKey: '-app', sessionId: '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10' };
const entry = (n: number) => ({ type: 'user', uuid: `u${n}` });
const title = (text: string) => ({ type: 'custom-title', customTitle: text });

async function preparedEngine() {
  const engine = memoryEngine();
  await engine.open().prepare();
  return engine;
}

test('a transcript that another process deleted begins again', async () => {
  const engine = await preparedEngine();
  const [a, b] = [engine.open(), engine.open()];
  await a.append(key, [entry(1)]);
  await a.append(key, [entry(2)]);
  await b.delete(key);
  await b.append(key, [entry(3)]);
  await a.append(key, [entry(4), entry(1)]);
  expect(await b.load(key)).toEqual([entry(3), entry(4), entry(1)]);
});

test('entries without a uuid are recognized next to those that are known', async () => {
  const engine = await preparedEngine();
  const all = [title('A'), entry(1), title('B'), title('B'), entry(2), title('C')];
  await engine.open().append(key, all);
  const again = engine.open();
  await again.append(key, all.slice(0, 4));
  await again.append(key, [...all.slice(3), title('D'), entry(3), entry(3)]);
  expect(await again.load(key)).toEqual([...all, title('D'), entry(3)]);
  await again.append(key, [title('E'), entry(1)]);
  expect(await again.load(key)).toEqual([...all, title('D'), entry(3), title('E')]);
});

test('of more transcripts than a store keeps in mind each is continued', async () => {
  const engine = await preparedEngine();
  const store = engine.open();
  const keys = Array.from({ length: 1002 }, (_, n) => ({ ...key, sessionId: String(n) }));
  for (const each of keys) await store.append(each, [entry(1)]);
  for (const each of keys.slice(0, 2)) await store.append(each, [entry(1), entry(2)]);
  expect(await store.load({ ...key, sessionId: '0' })).toEqual([entry(1), entry(2)]);
});

test('an engine that refuses every number is given up', async () => {
  const engine = await preparedEngine();
  engine.log.append = async () => false;
  await expect(engine.open().append(key, [entry(1)])).rejects.toThrow('in 100 tries');
});

test('a batch that was stored, and is dropped by the SDK for all that, makes no fork', async () => {
  const engine = await preparedEngine();
  const forks: unknown[] = [];
  const store = engine.open({ onFork: (forked) => forks.push(forked) });
  const working = { ...engine.log };
  await store.append(key, [entry(1)]);
  engine.log.append = async (...args) => {
    await working.append(...args);
    throw new Error('the answer was lost');
  };
  await expect(store.append(key, [entry(2)])).rejects.toThrow('the answer was lost');
  Object.assign(engine.log, working);
  await store.append(key, [entry(3)]);
  expect(await store.load(key)).toEqual([entry(1), entry(2), entry(3)]);
  expect(forks).toEqual([]);
});

test('foldSessionSummary gets what is new, and what it made of the rest', async () => {
  const engine = await preparedEngine();
  const store = engine.open({
    foldSessionSummary: (previous, { sessionId }, entries) => ({
      sessionId,
      mtime: 0,
      data: { sizes: [previous?.data['sizes'] ?? [], entries.length].flat() },
    }),
  });
  await store.append(key, [entry(1), entry(2)]);
  await store.append(key, [entry(2), entry(3)]);
  await store.append({ ...key, subpath: 'subagents/agent-1' }, [entry(1)]);
  await engine.open().append({ ...key, sessionId: 'of another process' }, [entry(1)]);
  expect(await store.listSessionSummaries?.('-app')).toMatchObject([
    { sessionId: key.sessionId, data: { sizes: [2, 1] } },
  ]);
});

test('a store of another format is refused', async () => {
  const { log } = await preparedEngine();
  const store = createSessionStore({ ...log, format: async () => 2 });
  await expect(store.load(key)).rejects.toMatchObject({ name: 'StoreFormatError', format: 2 });
  const problem = { code: 'store-not-prepared', path: '/me/projects', format: 2 };
  expect(describeStoreProblem(problem, 'api')?.description).toContain('format 2');
  expect(describeStoreProblem({ code: 'no such code' }, 'api')).toBeUndefined();
});

test('postgresStore refuses a chunk that is not of type bytea', async () => {
  const text = { number: 0, body: 'text', chunks: 1, head: '{}', format: 1 };
  const store = postgresStore({ query: async () => ({ rows: [text] }) });
  await expect(store.load(key)).rejects.toThrow('bytea');
});

test('s3Store rejects with what its client rejects with', async () => {
  const denied = Object.assign(new Error('denied'), { $metadata: { httpStatusCode: 403 } });
  const rejects = () => Promise.reject(denied);
  const client = {
    deleteObject: rejects,
    getObject: rejects,
    headObject: rejects,
    listObjectsV2: rejects,
    putObject: rejects,
  };
  const store = s3Store(client, { bucket: 'b' });
  await expect(store.prepare()).rejects.toThrow('denied');
  await expect(store.load(key)).rejects.toThrow('denied');
});

test('s3Store takes an answer without a body for an empty one, and one being written for taken', async () => {
  const objects = new Map<string, string>();
  const client = {
    deleteObject: async () => {},
    getObject: async () => ({}),
    headObject: async () => ({}),
    listObjectsV2: async () =>
      objects.size === 0 ? {} : { Contents: [{ Key: 'k/1/-app/s/!/0000000000' }] },
    putObject: async () => {
      throw Object.assign(new Error('conflict'), { $metadata: { httpStatusCode: 409 } });
    },
  };
  const { log } = s3Store(client, { bucket: 'b', prefix: 'k/' });
  const head = { size: 0, sha256: '', tail: '', writers: [], isForked: false };
  const file = { projectKey: '-app', sessionId: 's', file: '' };
  expect(await log.listProjects()).toEqual([]);
  expect(await log.head(file)).toBeUndefined();
  expect(await log.append(file, undefined, Buffer.of(), head)).toBe(false);
  objects.set('k', '');
  expect(await log.format()).toBe(0);
  const chunks: Uint8Array[] = [];
  for await (const chunk of log.read(file, 0)) chunks.push(chunk);
  expect(chunks).toEqual([new Uint8Array()]);
  expect(await log.head(file)).toMatchObject({ chunks: 1, head: { sha256: 'undefined' } });
});
