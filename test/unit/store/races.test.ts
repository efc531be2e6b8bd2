import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { exportFromStore, syncToStore, verifyStore } from 'claude-shared-state/store';
import { describe, expect, test } from 'vitest';
import { failing, hooked } from '../support/hooked.ts';
import { processesWith } from '../support/migrating.ts';
import { type Hooks, memoryEngine } from '../support/memory-log.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  type World,
  worldKinds,
} from '../support/world.ts';

const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const key = { projectKey: '-app', sessionId: id };
const line = (n: number) => `{"type":"user","uuid":"u${n}"}\n`;
const entry = (n: number) => ({ type: 'user', uuid: `u${n}` });
const MEGABYTE = 1024 * 1024;

/** A pool, an engine, and something that happens once, before the engine's next call of a name. */
async function scene(world: World) {
  const hooks: Hooks = {};
  const engine = memoryEngine(hooks);
  const store = engine.open({ writer: 'here' });
  await store.prepare();
  const pool = makeDirectory(world, at(world, 'shared/.claude-projects-shared'));
  const options = { required: requiredIn(world), fs: world.fs, sleep: async () => {} };
  const beforeNext = (name: string, happen: () => void) => {
    hooks.before = (call) => {
      if (call !== name) return;
      delete hooks.before;
      happen();
    };
  };
  const path = `${pool}/-app/${id}.jsonl`;
  const text = () => String(world.fs.readFileSync(path, 'utf8'));
  return { engine, store, options, beforeNext, pool, path, text };
}

describe.each(worldKinds)('a changing pool, in %s', (kind) => {
  test('syncToStore takes no byte of a file that is gone by now', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, beforeNext, path } = await scene(world);
      for (let n = 0; n < 5; n += 1) makeFile(world, `${path.slice(0, -7)}${n}.jsonl`, line(n));
      beforeNext('list', () => {
        for (let n = 0; n < 5; n += 1) world.fs.unlinkSync(`${path.slice(0, -7)}${n}.jsonl`);
      });
      const pushed = await syncToStore(store, options);
      expect(pushed).toMatchObject({ ok: true, bytes: 0, files: { unchanged: 5 } });
      expect(engine.files.size).toBe(0);
    }));

  test('syncToStore reports a transcript that shrinks while it is compared', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, beforeNext, path } = await scene(world);
      makeFile(world, path, line(1));
      await syncToStore(store, options);
      world.fs.appendFileSync(path, line(2));
      beforeNext('head', () => world.fs.writeFileSync(path, ''));
      const pushed = await syncToStore(store, options);
      expect(pushed.problems).toMatchObject([{ code: 'session-diverged', path }]);
      expect(engine.textOf('-app', id)).toBe(line(1));
    }));

  test('exportFromStore leaves a name that somebody else takes first', () =>
    inWorld(kind, async (world) => {
      const { store, options, beforeNext, path, text } = await scene(world);
      await store.append(key, [entry(1)]);
      beforeNext('read', () => makeFile(world, path, line(2)));
      const pulled = await exportFromStore(store, options);
      expect(pulled.problems).toMatchObject([{ code: 'session-diverged', path }]);
      expect(text()).toBe(line(2));
    }));

  test('exportFromStore does not add to a transcript that is written to meanwhile', () =>
    inWorld(kind, async (world) => {
      const { store, options, beforeNext, path, text } = await scene(world);
      makeFile(world, path, line(1));
      await store.append(key, [entry(1), entry(2)]);
      beforeNext('read', () => world.fs.appendFileSync(path, line(3)));
      const pulled = await exportFromStore(store, options);
      expect(pulled.problems).toMatchObject([{ code: 'io-error', errno: 'EBUSY', path }]);
      expect(text()).toBe(line(1) + line(3));
    }));

  test('exportFromStore creates nothing in place of a transcript that is deleted meanwhile', () =>
    inWorld(kind, async (world) => {
      const { store, options, beforeNext, path } = await scene(world);
      makeFile(world, path, line(1));
      await store.append(key, [entry(1), entry(2)]);
      beforeNext('head', () => world.fs.unlinkSync(path));
      expect(await exportFromStore(store, options)).toMatchObject({ files: { skipped: 1 } });
      expect(world.fs.existsSync(path)).toBe(false);
    }));

  test('exportFromStore leaves a directory that has the name of a transcript', () =>
    inWorld(kind, async (world) => {
      const { store, options, path } = await scene(world);
      await store.append(key, [entry(1)]);
      makeDirectory(world, path);
      const pulled = await exportFromStore(store, options);
      expect(pulled.problems).toMatchObject([{ code: 'not-transferable', reason: 'not-a-file' }]);
    }));
});

describe.each(worldKinds)('a changing store, in %s', (kind) => {
  test('syncToStore looks again when another writer was first, and adds what is missing', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, beforeNext, path } = await scene(world);
      makeFile(world, path, line(1) + line(2));
      await engine.open().append(key, [entry(1)]);
      beforeNext('append', () => {
        for (const file of engine.files.values()) file.chunks = [...file.chunks, Buffer.of()];
      });
      const pushed = await syncToStore(store, options);
      expect(pushed).toMatchObject({ ok: true, files: { transferred: 1 } });
      expect(engine.textOf('-app', id)).toBe(line(1) + line(2));
    }));

  test('syncToStore gives up on a transcript that others write to each time', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, path } = await scene(world);
      makeFile(world, path, line(1));
      engine.log.append = async () => false;
      const pushed = await syncToStore(store, options);
      expect(pushed.problems).toMatchObject([{ code: 'session-diverged', path }]);
    }));

  test('a session that is deleted and stored again while it is read is read again', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, beforeNext, text } = await scene(world);
      await store.append(key, [entry(1)]);
      const replaceBy = (n: number) => () => {
        for (const file of engine.files.values()) {
          const [chunk, sha256] = [Buffer.from(line(n)), createHash('sha256').update(line(n))];
          file.chunks = [chunk];
          file.head = { ...file.head, sha256: sha256.digest('hex') };
        }
      };
      beforeNext('read', replaceBy(2));
      expect(await exportFromStore(store, options)).toMatchObject({ ok: true, problems: [] });
      expect(text()).toBe(line(2));
      beforeNext('read', replaceBy(3));
      const verified = await verifyStore(store, options);
      expect(verified).toMatchObject({ differences: [{ kind: 'diverged' }], problems: [] });
    }));

  test('exportFromStore creates nothing of a session that is deleted there', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, beforeNext, path } = await scene(world);
      await store.append(key, [entry(1)]);
      beforeNext('head', () => engine.files.clear());
      expect(await exportFromStore(store, options)).toMatchObject({ ok: true, bytes: 0 });
      expect(world.fs.existsSync(path)).toBe(false);
    }));

  test('a fork is told by exportFromStore and verifyStore', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      const forks: unknown[] = [];
      const [a, b] = ['a', 'b'].map((writer) =>
        engine.open({ writer, onFork: (forked) => forks.push(forked) }),
      );
      const agent = { ...key, subpath: 'subagents/agent-1' };
      for (const each of [key, agent]) {
        await a?.append(each, [entry(1)]);
        await b?.load(each);
        await a?.append(each, [entry(2)]);
        await b?.append(each, [entry(3)]);
      }
      expect(forks).toEqual([key, agent]);
      const told = { code: 'session-forked', writers: ['a', 'b'], sessionId: id };
      const pulled = await exportFromStore(store, options);
      expect(pulled).toMatchObject({ ok: true, problems: [told, told] });
      expect(await verifyStore(store, options)).toMatchObject({ ok: true, problems: [told, told] });
    }));
});

describe.each(worldKinds)('a transfer, in %s', (kind) => {
  test('a line of more than 256 MB stays in the pool, and the others go', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, pool, path } = await scene(world);
      makeFile(world, path, line(1));
      const long = `${pool}/-app/0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e.jsonl`;
      makeFile(world, long, `${'x'.repeat(257 * MEGABYTE)}\n`);
      const pushed = await syncToStore(store, options);
      expect(pushed.problems).toMatchObject([{ code: 'io-error', errno: 'EFBIG', path: long }]);
      expect(pushed.files).toMatchObject({ transferred: 1, skipped: 1 });
      expect(engine.files.size).toBe(1);
    }));

  test('a transcript of several pieces is cut between lines', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, path } = await scene(world);
      const text = `${line(1)}${'x'.repeat(2 * MEGABYTE)}\n${line(2)}`;
      makeFile(world, path, text);
      expect(await syncToStore(store, options)).toMatchObject({ ok: true, bytes: text.length });
      const [file] = engine.files.values();
      expect(file?.chunks.every((chunk) => chunk.at(-1) === 10)).toBe(true);
      expect(await verifyStore(store, options)).toMatchObject({
        ok: true,
        files: { unchanged: 1 },
      });
    }));

  test('a signal stops between two files, and progress says how far it came', () =>
    inWorld(kind, async (world) => {
      const { store, options, path } = await scene(world);
      makeFile(world, path, line(1));
      const stop = new AbortController();
      const steps: unknown[] = [];
      const pushed = await syncToStore(store, {
        ...options,
        signal: stop.signal,
        follow: [at(world, 'home')],
        onProgress: (progress) => steps.push(progress),
        sleep: async () => stop.abort(),
      });
      expect(pushed).toMatchObject({ ok: false, outcome: 'aborted', bytes: line(1).length });
      expect(steps.at(-1)).toEqual({ done: 1, total: 1, bytes: line(1).length });
    }));

  test('what a callback throws is thrown, not taken for a failure of the disk or engine', () =>
    inWorld(kind, async (world) => {
      const { store, options, path } = await scene(world);
      makeFile(world, path, line(1));
      const thrown = new RangeError('of the caller');
      const onProgress = () => {
        throw thrown;
      };
      await expect(syncToStore(store, { ...options, onProgress })).rejects.toBe(thrown);
    }));

  test('an engine that stays away is told in the words of its driver, or by its code', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      const errors = [
        [new Error('no route'), 'no route'],
        [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
        ['thrown', 'UNKNOWN'],
      ] as const;
      for (const [error, reason] of errors) {
        engine.log.listProjects = () => Promise.reject(error);
        for (const call of [exportFromStore, verifyStore]) {
          const { ok, problems } = await call(store, options);
          expect(ok).toBe(false);
          expect(problems).toMatchObject([{ code: 'store-failed', reason }]);
        }
      }
    }));

  test('exportFromStore waits for nobody: a living process with the lock is named', () =>
    inWorld(kind, async (world) => {
      const { store, options } = await scene(world);
      await store.append(key, [entry(1)]);
      makeLink(world, at(world, 'shared/.claude-shared-state/lock'), '4711.1.abc.test');
      const processInspector = processesWith(4711);
      const pulled = await exportFromStore(store, { ...options, processInspector });
      expect(pulled).toMatchObject({
        outcome: 'partial',
        bytes: 0,
        problems: [{ code: 'locked-by-other', pid: 4711 }],
      });
    }));

  test('exportFromStore writes nothing if the lock can not be taken', () =>
    inWorld(kind, async (world) => {
      const { store, options } = await scene(world);
      await store.append(key, [entry(1)]);
      const fs = hooked(
        world,
        failing('EACCES', (call) => call === 'symlink'),
      );
      const pulled = await exportFromStore(store, { ...options, fs });
      expect(pulled).toMatchObject({ ok: false, bytes: 0, problems: [{ errno: 'EACCES' }] });
    }));

  test('files that are on one side only are told by verifyStore', () =>
    inWorld(kind, async (world) => {
      const { store, options, pool, path } = await scene(world);
      makeFile(world, path, line(1));
      makeFile(world, `${pool}/-app/0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e.jsonl`, 'half a line');
      makeDirectory(world, `${pool}/-b/${id}.jsonl`);
      await store.append({ ...key, projectKey: '-b' }, [entry(2)]);
      const { differences } = await verifyStore(store, options);
      expect(differences).toMatchObject([
        { kind: 'pool-only', path, pool: { size: line(1).length }, stored: undefined },
        { kind: 'store-only', pool: undefined, stored: { size: line(2).length } },
      ]);
    }));
});

describe.each(worldKinds)('a transfer, once more, in %s', (kind) => {
  test('an engine whose listings have no heads is asked for each file', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, pool, path } = await scene(world);
      const withHeads = { ...engine.log };
      engine.log.list = async (...args) =>
        (await withHeads.list(...args)).map(({ sessionId, file, size, updatedAt }) => ({
          sessionId,
          file,
          size,
          updatedAt,
        }));
      for (let n = 0; n < 5; n += 1) makeFile(world, `${path.slice(0, -7)}${n}.jsonl`, line(n));
      expect(await syncToStore(store, options)).toMatchObject({ files: { transferred: 5 } });
      makeFile(world, `${pool}/-app/memory.md`, 'not of a session');
      makeFile(world, `${pool}/-app/memory.jsonl`, 'not of a session');
      world.fs.appendFileSync(`${path.slice(0, -7)}0.jsonl`, line(9));
      const again = await syncToStore(store, options);
      expect(again).toMatchObject({ files: { transferred: 1, unchanged: 4 } });
      expect(await exportFromStore(store, options)).toMatchObject({ files: { unchanged: 5 } });
      expect(await verifyStore(store, options)).toMatchObject({
        ok: true,
        files: { unchanged: 5 },
      });
    }));

  test('running sessions are followed, and everything else now and then', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, pool, path } = await scene(world);
      const home = at(world, 'home');
      makeFile(world, `${home}/sessions/7.json`, JSON.stringify({ sessionId: id, procStart: '1' }));
      const processInspector = { status: async () => ({ state: 'running', start: '1' }) as const };
      const other = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
      makeFile(world, path, line(1));
      const stop = new AbortController();
      let rounds = 0;
      const seen: unknown[] = [];
      const sleep = async () => {
        rounds += 1;
        if (rounds === 1) {
          world.fs.appendFileSync(path, line(2));
          makeFile(world, `${pool}/-app/${other}.jsonl`, line(3));
        }
        if (rounds === 3) {
          seen.push(engine.textOf('-app', id), engine.textOf('-app', other));
          world.fs.unlinkSync(`${home}/sessions/7.json`);
        }
        if (rounds === 102) stop.abort();
      };
      const followed = await syncToStore(store, {
        ...options,
        sleep,
        processInspector,
        follow: [home],
        signal: stop.signal,
      });
      expect(followed).toMatchObject({ outcome: 'aborted', problems: [] });
      expect(seen).toEqual([line(1) + line(2), undefined]);
      expect(engine.textOf('-app', other)).toBe(line(3));
    }));

  test('prune keeps what somebody else wrote to, and does not mind what is gone by now', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options, beforeNext, pool } = await scene(world);
      const other = { ...key, sessionId: '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e' };
      makeFile(world, `${pool}/-app/1b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e.jsonl`, line(1));
      await store.append(key, [entry(1)]);
      await engine.open({ writer: 'elsewhere' }).append(other, [entry(1)]);
      beforeNext('head', () => engine.files.delete(JSON.stringify(['-app', id, ''])));
      const pruning = { ...options, prune: true, sessionIds: [id, other.sessionId] };
      await syncToStore(store, pruning);
      expect(await store.load(other)).toEqual([entry(1)]);
      expect(await store.load(key)).toBeNull();
      expect(await syncToStore(store, { ...pruning, sessionIds: [id] })).toMatchObject({
        pruned: 0,
      });
    }));

  test('verifyStore compares only the sessions that are named', () =>
    inWorld(kind, async (world) => {
      const { store, options, path } = await scene(world);
      makeFile(world, path, line(1));
      await store.append({ ...key, sessionId: 'another' }, [entry(1)]);
      const { differences } = await verifyStore(store, { ...options, sessionIds: [id] });
      expect(differences).toMatchObject([{ kind: 'pool-only', path }]);
    }));

  test('a project directory that is gone by now has no sessions', () =>
    inWorld(kind, async (world) => {
      const { store, options, path, pool } = await scene(world);
      makeFile(world, path, line(1));
      makeDirectory(world, `${pool}/-empty`);
      const fs = hooked(
        world,
        failing('ENOENT', (call, at) => call === 'opendir' && at.endsWith('-empty')),
      );
      expect(await syncToStore(store, { ...options, fs })).toMatchObject({
        ok: true,
        files: { transferred: 1 },
      });
      const gone = hooked(
        world,
        failing('ENOENT', (call, at) => call === 'lstat' && at === path),
      );
      expect(await syncToStore(store, { ...options, fs: gone })).toMatchObject({
        ok: true,
        files: { unchanged: 0 },
      });
    }));
});

test('a name that is not UTF-8 is reported, on a disk that can have one', () =>
  inWorld('disk', async (world) => {
    const { store, options, pool } = await scene(world);
    const directory = makeDirectory(world, `${pool}/-app/${id}/tool-results`);
    const name = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff, 0x2e, 0x74])]);
    writeFileSync(name, 'bytes');
    const pushed = await syncToStore(store, options);
    expect(pushed.problems).toMatchObject([
      { code: 'not-transferable', reason: 'unusual-name', sessionId: id },
    ]);
  }));

test('options that are not of the right kind are all refused at once', async () => {
  const store = memoryEngine().open();
  const wrong: unknown = { projectKeys: { '-a': 1 }, sessionIds: [''], prune: 1 };
  await expect(Reflect.apply(syncToStore, undefined, [store, wrong])).rejects.toMatchObject({
    problems: [{ argument: 'options.sessionIds[0]' }, {}, {}],
  });
  await expect(Reflect.apply(verifyStore, undefined, [{}])).rejects.toMatchObject({
    problems: [{ code: 'invalid-argument', argument: 'store' }],
  });
});
