import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { aFewAtOnce, MANY_AT_ONCE } from '../../sessions/a-few-at-once.ts';
import { entriesIn } from '../../sessions/directory.ts';
import { childOf } from '../../paths.ts';
import { type Failure, settle } from '../../answer.ts';
import { CallFailure, failedWith, unless, valueOf } from './call-failure.ts';
import { type Facts, factsOf } from './facts.ts';

/** An entry of a directory: what it is, or that its name cannot be given to any call. */
export type Found = Facts | 'unrepresentable';

// Bytes that are no UTF-8 are shown as this, and no name that is shown so leads to them.
const NO_UTF_8 = '\ufffd';

type LookFs = Pick<MigrateReadFs, 'lstat' | 'opendir'>;

/** What stands at a path; `undefined` where nothing does. */
export async function factsAt(
  fs: Pick<MigrateReadFs, 'lstat'>,
  path: string,
): Promise<Facts | undefined> {
  const stats = await unless(['ENOENT'], path, fs.lstat(path, { bigint: true }));
  return stats.ok ? factsOf(stats.value) : undefined;
}

/** The entries of a directory by name, in the order of the names; of one that is not there: none. */
export async function entriesAt(
  fs: MigrateReadFs,
  path: string,
): Promise<ReadonlyMap<string, Found>> {
  const listed = await entriesIn(fs, path);
  // Seen as empty, what is in it would be taken for merged: so that is asked twice.
  if (failedWith(listed, 'ENOENT') && (await factsAt(fs, path)) === undefined) return new Map();
  const names = valueOf(path, listed).map(({ name }) => name);
  const sorted = names.toSorted();
  // With no more promises for each than that: there are thousands.
  const looks = await aFewAtOnce(
    sorted,
    (name) => settle(fs.lstat(childOf(path, name), { bigint: true })),
    MANY_AT_ONCE,
  );
  const found = new Map<string, Found>();
  for (const [index, name] of sorted.entries()) {
    const looked = looks[index];
    const isShownTwice = sorted[index + 1] === name || found.has(name);
    if (isShownTwice && name.includes(NO_UTF_8)) found.set(name, 'unrepresentable');
    else if (looked?.ok === true) found.set(name, factsOf(looked.value));
    else {
      const facts = await lookAgain(fs, childOf(path, name), name, looked);
      if (facts !== undefined) found.set(name, facts);
    }
  }
  return found;
}

/** What is not there is asked for twice: seen as gone, it would be taken for deleted. */
async function lookAgain(
  fs: LookFs,
  path: string,
  name: string,
  failure: Failure | undefined,
): Promise<Found | undefined> {
  if (failure !== undefined && failure.errno !== 'ENOENT') {
    throw new CallFailure(path, failure.error);
  }
  const facts = await factsAt(fs, path);
  return facts === undefined && name.includes(NO_UTF_8) ? 'unrepresentable' : facts;
}
