import type { MigrateFs } from 'claude-shared-state/migrate';
import { failWith } from '../posix-error.ts';
import { type DiskCall, wrappedDisk } from '../wrapped-disk.ts';
import type { Act } from './script.ts';

/** A disk on which something else happens between the calls of a run. */
export interface ActingDisk {
  readonly fs: MigrateFs;
  readonly calls: () => number;
  /** Does what has not been done yet. */
  rest(): Promise<void>;
}

/**
 * Does each act right before the call for which it is due. While it is done, nobody else makes a call, as a program
 * does not wait in between. An act may return its second half, which is done a few calls later.
 *
 * @param isEdge - Whether a call is one of a cut-over: some acts are due right before or after those.
 * @param death - The number of the call from which on every call fails, as the process is dead.
 */
export function actingDisk(
  fs: MigrateFs,
  acts: readonly Act[],
  isEdge: (call: DiskCall) => boolean,
  perform: (act: Act) => Promise<(() => Promise<void>) | undefined>,
  death = Infinity,
): ActingDisk {
  const byCalls = acts.filter(({ when }) => 'calls' in when);
  const byEdge = acts.filter(({ when }) => 'edge' in when);
  const later: { readonly at: number; readonly finish: () => Promise<void> }[] = [];
  let running: Promise<void> = Promise.resolve();
  let calls = 0;
  let waited = 0;
  let edges = 0;

  const doAll = async (due: readonly Act[]) => {
    for (const next of later.splice(0)) {
      if (next.at <= calls) await next.finish();
      else later.push(next);
    }
    for (const one of due) {
      const finish = await perform(one);
      if (finish !== undefined) later.push({ at: calls + one.amount, finish });
    }
  };
  /** One after another, whoever calls. */
  const inTurn = async (choose: () => readonly Act[]) => {
    const before = running;
    running = (async () => {
      await before;
      await doAll(choose());
    })();
    await running;
  };
  const dueByCalls = () => {
    calls += 1;
    waited += 1;
    const due: Act[] = [];
    for (let [next] = byCalls; next !== undefined; [next] = byCalls) {
      if (waited <= ('calls' in next.when ? next.when.calls : 0)) break;
      due.push(next);
      byCalls.shift();
      waited = 1;
    }
    return due;
  };
  const dueByEdge = () => {
    const due: Act[] = [];
    for (let [next] = byEdge; next !== undefined; [next] = byEdge) {
      const skipped = 'edge' in next.when ? next.when.edge : 0;
      if (edges < skipped) break;
      due.push(next);
      byEdge.shift();
      edges = 0;
      if (skipped > 0) break;
    }
    edges += 1;
    return due;
  };

  return {
    fs: wrappedDisk(fs, async (call, make) => {
      if (calls >= death) failWith('EDEAD');
      await inTurn(dueByCalls);
      if (!isEdge(call)) return await make();
      await inTurn(dueByEdge);
      const result = await make();
      await inTurn(dueByEdge);
      return result;
    }),
    calls: () => calls,
    rest: async () => {
      await inTurn(() => [...byCalls.splice(0), ...byEdge.splice(0)]);
      for (const { finish } of later.splice(0)) await finish();
    },
  };
}
