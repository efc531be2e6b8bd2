import { exportFromStore, syncToStore, verifyStore } from 'claude-shared-state/store';
import { describe, expect, test } from 'vitest';
import { memoryEngine } from '../support/memory-log.ts';
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
const other = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
const poolPath = 'shared/.claude-projects-shared';
const inPool = (world: World, path: string) => at(world, `${poolPath}/${path}`);
const textAt = (world: World, path: string) =>
  String(world.fs.readFileSync(inPool(world, path), 'utf8'));
const line = (n: number) => `{"type":"user","uuid":"u${n}","n":${n}}\n`;
const noSleep = async () => {};

/** A pool, an engine, and the options that lead to both. */
async function scene(world: World) {
  makeDirectory(world, at(world, poolPath));
  const engine = memoryEngine();
  const store = engine.open({ writer: 'here' });
  await store.prepare();
  const options = { required: requiredIn(world), fs: world.fs, sleep: noSleep };
  return { engine, store, options };
}

describe.each(worldKinds)('between a pool and a store, in %s', (kind) => {
  test('transcripts, sub-agents and tool results go there and come back', () =>
    inWorld(kind, async (world) => {
      const { store, options } = await scene(world);
      const files = {
        [`-app/${id}.jsonl`]: `${line(1)}null\n\u0000\u0000\n{"b":1,"1":2}\r\n${line(1)}`,
        [`-app/${id}/subagents/agent-a1.jsonl`]: line(2),
        [`-app/${id}/subagents/agent-a1.meta.json`]: '{"agentType":"x"}',
        [`-app/${id}/tool-results/b.txt`]: 'no newline',
        [`-app/${id}/tool-results/empty.txt`]: '',
        [`-b c/${other}.jsonl`]: line(3),
      };
      for (const [path, text] of Object.entries(files)) makeFile(world, inPool(world, path), text);
      makeFile(world, inPool(world, '-app/memory/MEMORY.md'), 'not of a session');
      const pushed = await syncToStore(store, options);
      expect(pushed).toMatchObject({ ok: true, outcome: 'done', problems: [], pruned: 0 });
      expect(pushed.files).toMatchObject({ transferred: 6, unchanged: 0 });
      expect(await store.listSubkeys({ projectKey: '-app', sessionId: id })).toEqual([
        'subagents/agent-a1',
      ]);
      expect(await verifyStore(store, options)).toMatchObject({
        ok: true,
        files: { unchanged: 6 },
      });

      await inWorld(kind, async (elsewhere) => {
        const there = { ...options, required: requiredIn(elsewhere), fs: elsewhere.fs };
        makeDirectory(elsewhere, at(elsewhere, poolPath));
        const pulled = await exportFromStore(store, there);
        expect(pulled).toMatchObject({ ok: true, problems: [], files: { transferred: 6 } });
        for (const [path, text] of Object.entries(files)) {
          expect(textAt(elsewhere, path)).toBe(text);
        }
        expect(await exportFromStore(store, there)).toMatchObject({
          ok: true,
          files: { transferred: 0, unchanged: 6 },
        });
        const incoming = at(elsewhere, 'shared/.claude-shared-state/incoming');
        expect(elsewhere.fs.readdirSync(incoming)).toEqual([]);
      });
    }));

  test('syncToStore takes only what is new, and never half a line', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      const path = makeFile(world, inPool(world, `-app/${id}.jsonl`), `${line(1)}{"type":`);
      await syncToStore(store, options);
      expect(engine.textOf('-app', id)).toBe(line(1));
      expect(await syncToStore(store, options)).toMatchObject({ ok: true, bytes: 0 });
      world.fs.appendFileSync(path, '"user"}\n');
      const again = await syncToStore(store, options);
      expect(again).toMatchObject({ ok: true, bytes: 16, files: { transferred: 1 } });
      expect(engine.textOf('-app', id)).toBe(`${line(1)}{"type":"user"}\n`);
      const [file] = engine.files.values();
      expect(file?.chunks).toHaveLength(2);
    }));

  test('diverged transcripts are reported and left, also if they are of one size', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      const path = makeFile(world, inPool(world, `-app/${id}.jsonl`), line(1) + line(2));
      await syncToStore(store, options);
      for (const own of [line(1) + line(3), line(1) + line(3) + line(4), line(3)]) {
        world.fs.unlinkSync(path);
        makeFile(world, path, own);
        const pushed = await syncToStore(store, options);
        expect(pushed).toMatchObject({ ok: false, outcome: 'partial', files: { diverged: 1 } });
        expect(pushed.problems[0]).toMatchObject({ code: 'session-diverged', path, sessionId: id });
        expect(engine.textOf('-app', id)).toBe(line(1) + line(2));
        const pulled = await exportFromStore(store, options);
        expect(pulled.problems[0]).toMatchObject({ code: 'session-diverged', path });
        expect(textAt(world, `-app/${id}.jsonl`)).toBe(own);
        const { differences } = await verifyStore(store, options);
        expect(differences).toMatchObject([{ kind: 'diverged', path }]);
      }
    }));

  test('the side that has less is continued at its end', () =>
    inWorld(kind, async (world) => {
      const { store, options } = await scene(world);
      const path = makeFile(world, inPool(world, `-app/${id}.jsonl`), line(1));
      await syncToStore(store, options);
      await store.append({ projectKey: '-app', sessionId: id }, [{ type: 'user', uuid: 'u2' }]);
      const behind = await syncToStore(store, options);
      expect(behind).toMatchObject({ ok: true, bytes: 0, files: { behind: 1 } });
      expect((await verifyStore(store, options)).differences).toMatchObject([
        { kind: 'store-longer' },
      ]);
      expect(await exportFromStore(store, options)).toMatchObject({ files: { transferred: 1 } });
      const whole = `${line(1)}{"type":"user","uuid":"u2"}\n`;
      expect(textAt(world, `-app/${id}.jsonl`)).toBe(whole);
      world.fs.appendFileSync(path, line(3));
      expect((await verifyStore(store, options)).differences).toMatchObject([
        { kind: 'pool-longer' },
      ]);
      expect(await exportFromStore(store, options)).toMatchObject({ files: { behind: 1 } });
      expect(textAt(world, `-app/${id}.jsonl`)).toBe(whole + line(3));
    }));

  test('exportFromStore leaves running sessions alone', () =>
    inWorld(kind, async (world) => {
      const { store, options } = await scene(world);
      makeFile(world, inPool(world, `-app/${id}.jsonl`), line(1));
      await syncToStore(store, options);
      await store.append({ projectKey: '-app', sessionId: id }, [{ type: 'user', uuid: 'u2' }]);
      const home = at(world, 'home');
      makeFile(world, `${home}/sessions/7.json`, JSON.stringify({ sessionId: id, procStart: '1' }));
      const processInspector = { status: async () => ({ state: 'running', start: '1' }) as const };
      const pulled = await exportFromStore(store, {
        ...options,
        accountHomes: [home],
        processInspector,
      });
      expect(pulled.problems).toMatchObject([{ code: 'transcript-in-use', sessionId: id }]);
      expect(textAt(world, `-app/${id}.jsonl`)).toBe(line(1));
    }));

  test('project keys are mapped both ways, and one session never gets two', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      await store.append({ projectKey: '-a-app', sessionId: id }, [{ type: 'user', uuid: 'u1' }]);
      const mapped = { ...options, projectKeys: { '-a-app': '-b-app' } };
      expect(await exportFromStore(store, mapped)).toMatchObject({ ok: true });
      const path = inPool(world, `-b-app/${id}.jsonl`);
      world.fs.appendFileSync(path, line(2));
      expect(await syncToStore(store, mapped)).toMatchObject({ ok: true, bytes: line(2).length });
      expect(engine.textOf('-a-app', id)).toBe(`{"type":"user","uuid":"u1"}\n${line(2)}`);
      expect(engine.files.size).toBe(1);
      expect(await verifyStore(store, mapped)).toMatchObject({ ok: true, files: { unchanged: 1 } });
      const unmapped = await exportFromStore(store, options);
      expect(unmapped.problems).toMatchObject([
        { code: 'not-transferable', reason: 'other-project' },
      ]);
      expect(world.fs.existsSync(inPool(world, '-a-app'))).toBe(false);
    }));

  test('keys of a store that lead out of the pool are refused', () =>
    inWorld(kind, async (world) => {
      const { store, options } = await scene(world);
      const entry = { type: 'user', uuid: 'u1' };
      await store.append({ projectKey: '..', sessionId: id }, [entry]);
      await store.append({ projectKey: 'a/../..', sessionId: id }, [entry]);
      await store.append({ projectKey: '-app', sessionId: '../../x' }, [entry]);
      await store.append({ projectKey: '-app', sessionId: id, subpath: '../../../x' }, [entry]);
      const pulled = await exportFromStore(store, options);
      expect(pulled.files).toMatchObject({ transferred: 0, skipped: 4 });
      expect(pulled.problems.map(({ code }) => code)).toEqual(Array(4).fill('not-transferable'));
      expect(world.fs.readdirSync(at(world, poolPath))).toEqual([]);
    }));

  test('what is no regular file is left out and told', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      const path = makeLink(world, inPool(world, `-app/${id}.jsonl`), at(world, 'elsewhere'));
      makeFile(world, at(world, 'elsewhere'), line(1));
      const pushed = await syncToStore(store, options);
      expect(pushed.problems).toMatchObject([
        { code: 'not-transferable', reason: 'not-a-file', path },
      ]);
      expect(engine.files.size).toBe(0);
    }));

  test('what is deleted stays until its writer prunes, from a pool with sessions', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      const path = makeFile(world, inPool(world, `-app/${id}.jsonl`), line(1));
      makeFile(world, inPool(world, `-app/${id}/tool-results/b.txt`), 'b');
      await syncToStore(store, options);
      const key = { projectKey: '-app', sessionId: other };
      await engine.open({ writer: 'elsewhere' }).append(key, [{ type: 'user', uuid: 'u1' }]);
      world.fs.unlinkSync(path);
      world.fs.unlinkSync(inPool(world, `-app/${id}/tool-results/b.txt`));
      expect(await syncToStore(store, options)).toMatchObject({ ok: true, pruned: 0 });
      expect(engine.files.size).toBe(3);
      const pruning = { ...options, prune: true };
      expect(await syncToStore(store, pruning)).toMatchObject({
        ok: false,
        pruned: 0,
        problems: [{ code: 'pool-empty' }],
      });
      expect(engine.files.size).toBe(3);
      makeFile(world, inPool(world, `-app/${other}.jsonl`), '');
      expect(await syncToStore(store, pruning)).toMatchObject({ pruned: 1 });
      expect([...engine.files.values()].map(({ sessionId }) => sessionId)).toEqual([other]);
    }));

  test('only the sessions that are named are brought', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      for (const each of [id, other]) makeFile(world, inPool(world, `-app/${each}.jsonl`), line(1));
      await syncToStore(store, { ...options, sessionIds: [other] });
      expect([...engine.files.values()].map(({ sessionId }) => sessionId)).toEqual([other]);
    }));

  test('a damaged store is told by verifyStore, and nothing of it is exported', () =>
    inWorld(kind, async (world) => {
      const { engine, store, options } = await scene(world);
      const path = makeFile(world, inPool(world, `-app/${id}.jsonl`), line(1));
      await syncToStore(store, options);
      for (const file of engine.files.values()) file.chunks = [Buffer.from(line(2))];
      expect(await verifyStore(store, options)).toMatchObject({
        ok: false,
        differences: [{ kind: 'damaged' }],
        problems: [{ code: 'store-damaged' }],
      });
      world.fs.unlinkSync(path);
      const pulled = await exportFromStore(store, options);
      expect(pulled).toMatchObject({ ok: false, problems: [{ code: 'store-damaged' }] });
      expect(world.fs.existsSync(path)).toBe(false);
    }));

  test('a store that was not prepared, and a pool that is missing, are told', () =>
    inWorld(kind, async (world) => {
      const options = { required: requiredIn(world), fs: world.fs, sleep: noSleep };
      const store = memoryEngine().open();
      makeFile(world, inPool(world, `-app/${id}.jsonl`), line(1));
      for (const call of [syncToStore, exportFromStore, verifyStore]) {
        expect((await call(store, options)).problems).toMatchObject([
          { code: 'store-not-prepared' },
        ]);
      }
      await store.prepare();
      const nowhere = {
        ...options,
        required: [{ name: 'projects', target: at(world, 'nowhere') }],
      };
      for (const call of [syncToStore, verifyStore]) {
        expect((await call(store, nowhere)).problems).toMatchObject([
          { code: 'io-error', errno: 'ENOENT' },
        ]);
      }
    }));
});
