import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startS3 } from './support/engines.ts';
import { kinds, s3Client } from './support/clients.ts';
import { newPlace, preparedPlace } from './support/stores.ts';
import { s3Store } from 'claude-shared-state/store/s3';

const key = { projectKey: '-home-me-app', sessionId: '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10' };
const message = (uuid: string, more: object = {}) => ({ type: 'user', uuid, ...more });
const title = (text: string) => ({ type: 'custom-title', customTitle: text });

describe.each(kinds)('what real transcripts need on %s', (kind) => {
  test('a repeated uuid is stored once, whichever process repeats it', async () => {
    const place = await preparedPlace(kind);
    const batch = [message('a'), message('b'), message('a')];
    await place.open().append(key, batch);
    await place.open().append(key, [...batch, message('c')]);
    const entries = await place.open().load(key);
    expect(entries?.map(({ uuid }) => uuid)).toEqual(['a', 'b', 'c']);
  });

  test('entries without a uuid are recognized by their place when all is imported again', async () => {
    const place = await preparedPlace(kind);
    const all = [title('A'), message('a'), title('B'), title('B'), message('b'), title('A')];
    await place.open().append(key, all.slice(0, 3));
    await place.open().append(key, all.slice(3));
    for (const size of [2, 3, 6]) {
      const again = place.open();
      for (let at = 0; at < all.length; at += size) {
        const batch = all.slice(at, at + size);
        if (batch.some((entry) => 'uuid' in entry)) await again.append(key, batch);
      }
      expect(await again.load(key)).toEqual(all);
    }
    await place.open().append(key, [title('B')]);
    expect(await place.open().load(key)).toEqual([...all, title('B')]);
  });

  test('NUL, half a surrogate pair and prototypes survive, in texts and in names', async () => {
    const place = await preparedPlace(kind);
    const hostile = message('a', { text: '\u0000 \ud800 \udc00x', ['__proto__']: { a: 1 } });
    await place.open().append(key, [hostile]);
    expect(JSON.stringify(await place.open().load(key))).toBe(JSON.stringify([hostile]));
  });

  test.each([
    ['/', '..', '.'],
    ['a/b', '\'"; DROP', '*?[x]'],
    ['ключ', '\u0000', '%2F'],
    ['', '{}', 'a\nb'],
    ['!', '!', '~'],
  ])('keys of any characters are apart: %j %j %j', async (projectKey, sessionId, subpath) => {
    const store = (await preparedPlace(kind)).open();
    const any = { projectKey, sessionId, subpath };
    await store.append(any, [message('sub')]);
    await store.append({ projectKey, sessionId }, [message('main')]);
    expect(await store.load(any)).toEqual([message('sub')]);
    expect(await store.listSubkeys(any)).toEqual([subpath]);
    const [session] = await store.listSessions(projectKey);
    expect(session?.sessionId).toBe(sessionId);
    expect(await store.log.listProjects()).toEqual([projectKey]);
  });

  test('half a surrogate pair in a key, and an empty subpath, are refused', async () => {
    const store = (await preparedPlace(kind)).open();
    await expect(store.append({ ...key, sessionId: '\ud800' }, [message('a')])).rejects.toThrow(
      'URI malformed',
    );
    await expect(store.append({ ...key, subpath: '' }, [message('a')])).rejects.toThrow('subpath');
  });

  test('two writers at once lose nothing, and the fork is told', async () => {
    const place = await preparedPlace(kind);
    const forks: string[] = [];
    const open = (writer: string) => place.open({ writer, onFork: () => forks.push(writer) });
    const writers = [open('A'), open('B')] as const;
    await writers[0].append(key, [message('start')]);
    await Promise.all(writers.map((store) => store.load(key)));
    await Promise.all(
      writers.map(async (store) => {
        for (let n = 0; n < 20; n += 1) {
          await store.append(key, [message(`${store.writer}${n}`), title(`${store.writer}${n}`)]);
        }
      }),
    );
    const entries = (await place.open().load(key)) ?? [];
    expect(entries).toHaveLength(81);
    for (const { writer } of writers) {
      const own = entries.filter(
        ({ uuid }) => uuid?.startsWith(writer) === true && uuid !== 'start',
      );
      expect(own.map(({ uuid }) => uuid)).toEqual(Array.from(own, (_, n) => `${writer}${n}`));
      expect(own).toHaveLength(20);
    }
    expect(forks.length).toBeGreaterThan(0);
    const there = await place.open().log.head({ ...key, file: '' });
    expect(there?.head.isForked).toBe(true);
    expect(there?.head.writers.toSorted()).toEqual(['A', 'B']);
  });

  test('one machine after the other is no fork', async () => {
    const place = await preparedPlace(kind);
    const [a, b] = [place.open(), place.open()];
    await a.append(key, [message('1')]);
    await b.load(key);
    await b.append(key, [message('2')]);
    await a.load(key);
    await a.append(key, [message('3')]);
    const there = await place.open().log.head({ ...key, file: '' });
    expect(there?.head.isForked).toBe(false);
  });

  test('a session that was deleted and stored again is continued as it is now', async () => {
    const place = await preparedPlace(kind);
    const [a, b] = [place.open(), place.open()];
    for (const uuid of ['1', '2']) await a.append(key, [message(uuid)]);
    await b.delete(key);
    for (const uuid of ['3', '4']) await b.append(key, [message(uuid)]);
    await a.append(key, [message('2'), message('5')]);
    expect((await b.load(key))?.map(({ uuid }) => uuid)).toEqual(['3', '4', '2', '5']);
    const file = { ...key, file: '' };
    const hash = createHash('sha256');
    for await (const body of b.log.read(file, 0)) hash.update(body);
    expect((await b.log.head(file))?.head.sha256).toBe(hash.digest('hex'));
  });

  test('a line of 30 MB comes back', async () => {
    const place = await preparedPlace(kind);
    const text = 'ä'.repeat(15_000_000);
    await place.open().append(key, [message('large', { text })]);
    const [entry] = (await place.open().load(key)) ?? [];
    expect(entry?.['text'] === text).toBe(true);
  });

  test('a million lines come back', async () => {
    const place = await preparedPlace(kind);
    const store = place.open();
    for (let at = 0; at < 10; at += 1) {
      const lines = Array.from({ length: 100_000 }, (_, n) => ({ type: 'x', n: at * 100_000 + n }));
      await store.append(key, lines);
    }
    const entries = (await place.open().load(key)) ?? [];
    expect(entries).toHaveLength(1_000_000);
    expect(entries.every(({ n }, index) => n === index)).toBe(true);
  });

  test('a store that nobody prepared is refused, and preparing twice is harmless', async () => {
    const store = newPlace(kind).open();
    await expect(store.append(key, [message('a')])).rejects.toThrow('not prepared');
    await expect(store.load(key)).rejects.toThrow('not prepared');
    await Promise.all([store.prepare(), store.prepare()]);
    await store.append(key, [message('a')]);
    expect(await store.load(key)).toHaveLength(1);
  });
});

test('a server of S3 that ignores conditions is refused', async () => {
  const careless = await startS3({ conditions: false });
  const client = s3Client(careless.port);
  try {
    await expect(s3Store(client, { bucket: 'sessions' }).prepare()).rejects.toThrow(
      'If-None-Match',
    );
  } finally {
    client.destroy();
    await careless.stop();
  }
});
