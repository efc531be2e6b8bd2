import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createSessionStore,
  exportFromStore,
  syncToStore,
  verifyStore,
} from 'claude-shared-state/store';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bundleChild } from '../unit/support/child.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { kinds } from './support/clients.ts';
import { startPostgres, startProxy, startValkey } from './support/engines.ts';
import { digests, fill, type Machine, newMachine, put } from './support/pool.ts';
import { openStore, type Place, preparedPlace } from './support/stores.ts';

const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const key = { projectKey: '-app', sessionId: id };
const line = (n: number) => `${JSON.stringify({ type: 'user', uuid: `u${n}`, n })}\n`;
const MEGABYTE = 1024 * 1024;

async function expectEqual(place: Place, from: Machine): Promise<void> {
  const store = place.open();
  const verified = await verifyStore(store, from.options);
  expect(verified).toMatchObject({ ok: true, differences: [], problems: [] });
  const to = await newMachine();
  expect(await exportFromStore(store, to.options)).toMatchObject({ ok: true, problems: [] });
  expect(await digests(to)).toEqual(await digests(from));
}

/** Runs the same command again each time it is killed, which is a few calls later each time; returns how often it was. */
async function killedTransfers(direction: string, kind: string, place: Place, machine: Machine) {
  const child = await bundleChild('../../store/support/transfer-child.ts', machine.root);
  let kills = 0;
  for (const calls of [...Array.from({ length: rounds(12, 2) }, (_, n) => 7 + 6 * n), 0]) {
    const args = [direction, kind, String(place.port), place.name, machine.root, String(calls)];
    const env = { ...process.env, NODE_NO_WARNINGS: '1' };
    const started = spawn(process.execPath, [child, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    started.stdout.on('data', (data: Buffer) => (said += data.toString()));
    await once(started, 'close');
    if (started.signalCode === 'SIGKILL') kills += 1;
    else if (said !== 'done') throw new Error(`it ended with ${said}`);
  }
  return kills;
}

describe.each(kinds)('a pool and a store on %s', (kind) => {
  test('many sessions come back equal by bytes, and the second time there is nothing to do', async () => {
    const [from, place] = [await newMachine(), await preparedPlace(kind)];
    const sessions = rounds(300, 40);
    await fill(from, sessions, (sessions * MEGABYTE) / 4);
    const start = performance.now();
    const pushed = await syncToStore(place.open(), from.options);
    expect(pushed).toMatchObject({ ok: true });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    expect(await syncToStore(place.open(), from.options)).toMatchObject({ ok: true, bytes: 0 });
    await expectEqual(place, from);
    const { bytes, files } = pushed;
    const whole = ((performance.now() - start) / 1000).toFixed(1);
    const peakMB = Math.round(process.resourceUsage().maxRSS / 1024);
    printFigures(`sessions in ${kind} and out`, {
      sessions,
      files: files.transferred,
      bytes,
      'seconds in': seconds,
      'seconds in, again, compared and out': whole,
      'peak MB of the process': peakMB,
    });
  });

  test('what is killed is completed by the same command', async () => {
    const [from, to, place] = [await newMachine(), await newMachine(), await preparedPlace(kind)];
    await fill(from, rounds(40, 8), rounds(40, 4) * MEGABYTE);
    expect(await killedTransfers('push', kind, place, from)).toBeGreaterThan(0);
    expect(await killedTransfers('pull', kind, place, to)).toBeGreaterThan(0);
    expect(await digests(to)).toEqual(await digests(from));
    await expectEqual(place, from);
  });

  test('a network that is cut in the middle of a batch doubles and loses nothing', async () => {
    const [from, place] = [await newMachine(), await preparedPlace(kind)];
    await fill(from, 8, 8 * MEGABYTE);
    const proxy = await startProxy(place.port);
    const store = openStore(kind, place.name, proxy.port);
    for (let n = 1; n <= rounds(12, 3); n += 1) {
      proxy.cutAfter(n * 700_000);
      await syncToStore(store, { ...from.options, sleep: async () => proxy.mend() });
      const batch = [1, 2].map((k) => ({ type: 'x', ...(k === 1 ? { uuid: `u${n}` } : {}), n }));
      proxy.cutAfter(200);
      // Each connection that the client keeps may have been cut, and is only found out by using it.
      for (let isDone = false; !isDone; proxy.mend()) {
        isDone = await store.append(key, batch).then(
          () => true,
          () => false,
        );
      }
      proxy.mend();
    }
    proxy.close();
    const entries = (await place.open().load(key)) ?? [];
    expect(entries.map(({ n }) => n)).toEqual(
      Array.from(entries, (_, at) => 1 + Math.floor(at / 2)),
    );
    expect(entries).toHaveLength(2 * rounds(12, 3));
    await place.open().delete(key);
    expect(await syncToStore(place.open(), from.options)).toMatchObject({ ok: true });
    await expectEqual(place, from);
  });

  test('two machines at once lose nothing, and the fork is told', async () => {
    const [a, b, place] = [await newMachine(), await newMachine(), await preparedPlace(kind)];
    const path = await put(a, `-app/${id}.jsonl`, line(1));
    expect(await syncToStore(place.open(), a.options)).toMatchObject({ ok: true });
    expect(await exportFromStore(place.open(), b.options)).toMatchObject({ ok: true });
    await appendFile(path, line(2) + line(4));
    await appendFile(join(b.projects, `-app/${id}.jsonl`), line(3) + line(5));
    const reports = await Promise.all(
      [a, b].map((machine) => syncToStore(place.open(), machine.options)),
    );
    const stored = (await place.open().load(key))?.map(({ n }) => n);
    const first = stored?.[1] === 2 ? 0 : 1;
    expect(stored).toEqual(first === 0 ? [1, 2, 4] : [1, 3, 5]);
    expect(reports[first]).toMatchObject({ ok: true });
    // On S3 a listing has no digests: of two branches of one size the comparison tells.
    const other = [a, b][1 - first];
    const verified = await verifyStore(place.open(), other?.options);
    expect(verified.differences).toMatchObject([{ kind: 'diverged' }]);
    expect(reports[1 - first]).toMatchObject({
      ok: false,
      problems: [{ code: 'session-diverged', sessionId: id }],
    });
    expect(await readFile(path, 'utf8')).toBe(line(1) + line(2) + line(4));
  });

  test('a session that is deleted and pushed again meanwhile is not mixed with the new one', async () => {
    const [a, b, place] = [await newMachine(), await newMachine(), await preparedPlace(kind)];
    const path = await put(a, `-app/${id}.jsonl`, line(1));
    await put(b, `-app/${id}.jsonl`, line(2));
    const store = place.open();
    await syncToStore(store, a.options);
    await appendFile(path, line(3));
    let isReplaced = false;
    const racing = createSessionStore({
      ...store.log,
      async append(...args) {
        if (!isReplaced) {
          isReplaced = true;
          await store.delete(key);
          await syncToStore(store, b.options);
        }
        return await store.log.append(...args);
      },
    });
    const pushed = await syncToStore(racing, a.options);
    expect(pushed.problems).toMatchObject([{ code: 'session-diverged', sessionId: id }]);
    expect(await verifyStore(store, b.options)).toMatchObject({ ok: true, problems: [] });
  });

  test('a running session is followed in less than a second', async () => {
    const [from, place] = [await newMachine(), await preparedPlace(kind)];
    const path = await put(from, `-app/${id}.jsonl`, line(0));
    const home = join(from.root, 'home');
    await put(
      { ...from, projects: home },
      'sessions/7.json',
      JSON.stringify({ sessionId: id, procStart: '1' }),
    );
    const processInspector = { status: async () => ({ state: 'running', start: '1' }) as const };
    const stop = new AbortController();
    const following = syncToStore(place.open(), {
      ...from.options,
      follow: [home],
      processInspector,
      signal: stop.signal,
    });
    const reader = place.open();
    const delays: number[] = [];
    for (let n = 1; n <= 5; n += 1) {
      await appendFile(path, line(n).slice(0, 9));
      await appendFile(path, line(n).slice(9));
      const since = performance.now();
      while (
        (await reader.log.head({ ...key, file: '' }))?.head.size !== (await readFile(path)).length
      ) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      delays.push(performance.now() - since);
    }
    console.log(`${kind}: behind by ${delays.map(Math.round).join(', ')} ms`);
    stop.abort();
    expect(await following).toMatchObject({ outcome: 'aborted', problems: [] });
    expect(await place.open().load(key)).toHaveLength(6);
  });
});

test.each([
  ['postgres', startPostgres],
  ['valkey', startValkey],
] as const)(
  'a server of %s that is killed and started again has all that it confirmed',
  async (kind, start) => {
    const server = await start();
    onTestFinished(() => server.stop());
    const [from, place] = [await newMachine(), await preparedPlace(kind, server.port)];
    await fill(from, 20, 20 * MEGABYTE);
    let isDone = false;
    for (let n = 1; n <= rounds(8, 2); n += 1) {
      let restart: Promise<void> | undefined;
      const onProgress = ({ bytes }: { bytes: number }) => {
        if (bytes > 2 * MEGABYTE) restart ??= server.kill().then(() => server.start());
      };
      await syncToStore(place.open(), { ...from.options, onProgress });
      await restart;
    }
    for (let tries = 0; !isDone && tries < 5; tries += 1) {
      isDone = (await syncToStore(place.open(), from.options)).ok;
    }
    await expectEqual(place, from);
  },
);

test('a million bytes of a transcript that shrank are told, not stored over', async () => {
  const [from, place] = [await newMachine(), await preparedPlace('postgres')];
  const path = await put(from, `-app/${id}.jsonl`, line(1).repeat(30_000));
  expect(await syncToStore(place.open(), from.options)).toMatchObject({ ok: true });
  await writeFile(path, line(2).repeat(40_000));
  const report = await syncToStore(place.open(), from.options);
  expect(report.problems).toMatchObject([{ code: 'session-diverged' }]);
});
