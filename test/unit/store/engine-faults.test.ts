import { exportFromStore, syncToStore } from 'claude-shared-state/store';
import { describe, expect, test } from 'vitest';
import { type Hooks, memoryEngine } from '../support/memory-log.ts';
import { at, inWorld, makeDirectory, makeFile, requiredIn } from '../support/world.ts';

const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const key = { projectKey: '-app', sessionId: id };
const entries = [1, 2, 3].map((n) => ({ type: 'user', ...(n === 2 ? {} : { uuid: `u${n}` }), n }));
const text = (list: readonly object[]) =>
  list.map((entry) => `${JSON.stringify(entry)}\n`).join('');
const sleep = async () => {};

/** An engine whose call number `k` fails, before or after its effect, once or from then on. */
function failing(k: number, place: 'before' | 'after', isLasting: boolean) {
  let calls = 0;
  let fired = false;
  const fail = (at: 'before' | 'after') => () => {
    if (at === 'before') calls += 1;
    if (at !== place || (isLasting ? calls < k : calls !== k)) return;
    fired = true;
    throw new Error('the connection broke');
  };
  const hooks: Hooks = {};
  const engine = memoryEngine(hooks);
  return {
    engine,
    arm: () => {
      calls = 0;
      Object.assign(hooks, { before: fail('before'), after: fail('after') });
    },
    mend: () => {
      Object.assign(hooks, { before: undefined, after: undefined });
    },
    hasFired: () => fired,
  };
}

const places = [
  ['before', 'once', false],
  ['after', 'once', false],
  ['before', 'always', true],
  ['after', 'always', true],
] as const;

describe.each(places)('an engine failing %s its effect, %s', (place, _, isLasting) => {
  test('append, repeated by the SDK, stores every entry once', async () => {
    let rounds = 0;
    for (let k = 1; ; k += 1) {
      const { engine, arm, mend, hasFired } = failing(k, place, isLasting);
      const store = engine.open();
      await store.prepare();
      arm();
      for (const batch of [entries.slice(0, 2), entries.slice(2)]) {
        for (let tries = 0; tries < 3; tries += 1) {
          try {
            await store.append(key, batch);
            break;
          } catch {
            // The SDK tries three times; the third time the server is back.
            if (tries === 1) mend();
          }
        }
      }
      mend();
      expect(await engine.open().load(key), `call ${k}`).toEqual(entries);
      if (!hasFired()) break;
      rounds = k;
    }
    expect(rounds).toBeGreaterThan(2);
  });

  test('the same call completes syncToStore and exportFromStore', () =>
    inWorld('memory', async (world) => {
      let rounds = 0;
      const whole = text(entries);
      for (let k = 1; ; k += 1) {
        const { engine, arm, mend, hasFired } = failing(k, place, isLasting);
        const store = engine.open();
        await store.prepare();
        const options = (name: string) => ({
          required: [{ name: 'projects', target: makeDirectory(world, at(world, `${k}/${name}`)) }],
          fs: world.fs,
          sleep,
        });
        const from = makeFile(
          world,
          at(world, `${k}/from/-app/${id}.jsonl`),
          text(entries.slice(0, 1)),
        );
        await syncToStore(store, options('from'));
        world.fs.appendFileSync(from, text(entries.slice(1)));
        makeFile(world, at(world, `${k}/from/-app/${id}/tool-results/b.txt`), 'b');
        arm();
        await syncToStore(store, options('from'));
        await exportFromStore(store, options('to'));
        mend();
        expect(await syncToStore(store, options('from')), `call ${k}`).toMatchObject({
          ok: true,
        });
        expect(await exportFromStore(store, options('to'))).toMatchObject({ ok: true });
        const paths = [`-app/${id}.jsonl`, `-app/${id}/tool-results/b.txt`];
        expect(engine.textOf('-app', id)).toBe(whole);
        for (const [index, path] of paths.entries()) {
          const there = String(world.fs.readFileSync(at(world, `${k}/to/${path}`), 'utf8'));
          expect(there).toBe([whole, 'b'][index]);
        }
        if (!hasFired()) break;
        rounds = k;
      }
      expect(rounds).toBeGreaterThan(8);
      expect(requiredIn(world)).toHaveLength(3);
    }));
});
