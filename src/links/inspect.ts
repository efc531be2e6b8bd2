import type { Failure } from '../core/result.ts';
import {
  access,
  ask,
  askAll,
  lstat,
  READ,
  readlink,
  type ReadSteps,
  SEARCH,
  stat,
  together,
  WRITE,
} from '../fs/calls.ts';
import type { Entry } from '../fs/stats.ts';
import { join } from '../core/paths.ts';
import type { LinkState } from './report.ts';
import { isNotALink, type ResolvedPath, resolvePath } from './resolve-path.ts';
import type { SharedSymlink } from './required.ts';

/** An account home, a shared target, or the end of a link, as a directory that should be there. */
export interface DirectoryFacts {
  readonly path: string;
  readonly state:
    | 'ready'
    | 'missing'
    | 'not-creatable'
    | 'dangling'
    | 'not-directory'
    | 'not-accessible';
  /** Where it is, or would be, unless that cannot be told. */
  readonly place?: ResolvedPath;
  /** Where something is there. */
  readonly entry?: Entry;
  /** The call that failed, where one did. */
  readonly failure?: Failure;
}

/** What stands where a shared link belongs. */
export interface LinkFacts {
  readonly name: string;
  readonly path: string;
  readonly target: DirectoryFacts;
  readonly state: LinkState;
  readonly storedTarget?: string;
  /** Where a dangling link would lead. */
  readonly place?: ResolvedPath;
  readonly failure?: Failure;
}

export interface HomeFacts {
  readonly accountHome: string;
  /** Absent where all was right, so that nothing had to be asked about the home itself. */
  readonly directory?: DirectoryFacts;
  readonly links: readonly LinkFacts[];
}

export interface SharedFacts {
  readonly homes: readonly HomeFacts[];
  readonly targets: readonly DirectoryFacts[];
}

/**
 * Gathers what is there, and changes nothing.
 *
 * Where all is right it asks one `stat` and one `access` per target and one `readlink` per link;
 * everything else is asked only when something looked wrong.
 */
export function* inspectShared(
  accountHomes: readonly string[],
  required: readonly SharedSymlink[],
): ReadSteps<SharedFacts> {
  const targets = yield* together(required.map(({ target }) => statDirectory(target)));
  const homes = accountHomes.map((accountHome) => ({
    accountHome,
    links: targets.map((target, index): LinkFacts => {
      const name = required[index]?.name ?? '';
      const path = join(accountHome, name);
      return { name, path, target, state: 'linked', storedTarget: target.path };
    }),
  }));
  const links = homes.flatMap((home) => home.links);
  const texts = targets.every(({ state }) => state === 'ready')
    ? yield* askAll(links.map(({ path }) => readlink(path)))
    : [];
  const isRight = ({ target }: LinkFacts, index: number) => {
    const text = texts[index];
    return text?.ok === true && text.value === target.path;
  };
  return links.every(isRight)
    ? { homes, targets }
    : yield* inspectThoroughly(accountHomes, required);
}

function* inspectThoroughly(
  accountHomes: readonly string[],
  required: readonly SharedSymlink[],
): ReadSteps<SharedFacts> {
  const targets = yield* together(required.map(({ target }) => inspectDirectory(target)));
  const homes = yield* together(
    accountHomes.map(function* inspectHome(accountHome): ReadSteps<HomeFacts> {
      const directory = yield* inspectDirectory(accountHome);
      const links = yield* together(
        targets.map((target, index) =>
          inspectLink(accountHome, required[index]?.name ?? '', target),
        ),
      );
      return { accountHome, directory, links };
    }),
  );
  return { homes, targets };
}

function* inspectDirectory(path: string): ReadSteps<DirectoryFacts> {
  const place = yield* resolvePath(path);
  if (!place.ok) {
    const state = place.errno === 'ENOTDIR' ? 'not-directory' : 'not-accessible';
    return { path, state, failure: place };
  }
  if (place.behind !== undefined && place.missing.length > 0) {
    return { path, state: 'dangling', place };
  }
  if (place.missing.length === 0) return { ...(yield* statDirectory(path)), place };
  const creatable = yield* ask(access(place.existing, WRITE | SEARCH));
  return creatable.ok
    ? { path, state: 'missing', place }
    : { path, state: 'not-creatable', place, failure: creatable };
}

/** A directory that should be there, without its place. */
function* statDirectory(path: string): ReadSteps<DirectoryFacts> {
  const end = yield* ask(stat(path));
  if (!end.ok) return { path, state: 'not-accessible', failure: end };
  const entry = end.value;
  if (entry.kind !== 'directory') return { path, state: 'not-directory', entry };
  const usable = yield* ask(access(path, READ | WRITE | SEARCH));
  return usable.ok
    ? { path, state: 'ready', entry }
    : { path, state: 'not-accessible', entry, failure: usable };
}

function* inspectLink(
  accountHome: string,
  name: string,
  target: DirectoryFacts,
): ReadSteps<LinkFacts> {
  const path = join(accountHome, name);
  const at = { name, path, target };
  const link = yield* ask(readlink(path));
  if (link.ok) {
    const storedTarget = link.value;
    // Where equal text leads, its target tells.
    const end = storedTarget === target.path ? target : yield* inspectDirectory(path);
    return { ...at, storedTarget, ...judgeEnd(storedTarget, end, target) };
  }
  if (isNotALink(link)) {
    const entry = yield* ask(lstat(path));
    if (entry.ok && entry.value.kind !== 'symlink') return { ...at, state: entry.value.kind };
  }
  return link.errno === 'ENOENT'
    ? { ...at, state: 'missing' }
    : { ...at, state: 'unreadable', failure: link };
}

const endStates: ReadonlyMap<string | undefined, LinkState> = new Map([
  ['ENOENT', 'dangling'],
  ['ENOTDIR', 'dangling'],
  ['ELOOP', 'loop'],
]);

function judgeEnd(
  storedTarget: string,
  { entry, place, failure }: DirectoryFacts,
  target: DirectoryFacts,
): Pick<LinkFacts, 'state' | 'place' | 'failure'> {
  if (place !== undefined && place.missing.length > 0) return { state: 'dangling', place };
  if (storedTarget === target.path) return { state: 'linked' };
  if (place !== undefined && entry !== undefined) {
    return { state: isSame(entry, place, target) ? 'equivalent' : 'divergent' };
  }
  const state = endStates.get(failure?.errno) ?? 'unreadable';
  return failure === undefined ? { state } : { state, failure };
}

/** A directory that is mounted twice has two real paths; and some file systems number no inodes. */
function isSame({ device, inode }: Entry, { path }: ResolvedPath, target: DirectoryFacts): boolean {
  return target.entry === undefined || inode === 0n
    ? path === target.place?.path
    : inode === target.entry.inode && device === target.entry.device;
}
