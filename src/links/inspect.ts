import {
  access,
  type Failure,
  lstat,
  READ,
  readlink,
  readlinks,
  type ReadSteps,
  realpath,
  SEARCH,
  stat,
  together,
  WRITE,
} from '../calls.ts';
import type { Entry } from '../fs.ts';
import { childOf } from '../paths.ts';
import type { LinkState } from '../report.ts';
import { isNotALink, locate, type Place } from './place.ts';
import type { SharedSymlink } from './required.ts';

/**
 * An account home or a shared target, as it was found.
 *
 * `place` stands at the states in which it may matter where the directory really is; `failure` at
 * those which a failed call tells.
 */
export type DirectoryFacts = { readonly path: string } & (
  | { readonly state: 'ready'; readonly entry: Entry; readonly place?: Place }
  | { readonly state: 'missing' | 'dangling'; readonly place: Place }
  | { readonly state: 'not-creatable'; readonly place: Place; readonly failure: Failure }
  | { readonly state: 'not-directory' }
  | { readonly state: 'not-accessible'; readonly failure: Failure }
);

/** What stands where a shared link belongs. */
export interface LinkFacts {
  readonly name: string;
  readonly path: string;
  readonly target: DirectoryFacts;
  readonly state: LinkState;
  readonly storedTarget?: string;
  /** Where a dangling link would lead. */
  readonly place?: Place;
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
  const targets = yield* together(required.map(({ target }) => glance(target)));
  const homes = accountHomes.map((accountHome) => ({
    accountHome,
    links: targets.map((target, index): LinkFacts => {
      const name = required[index]?.name ?? '';
      const path = childOf(accountHome, name);
      return { name, path, target, state: 'linked', storedTarget: target.path };
    }),
  }));
  const expected = homes.flatMap(({ links }) => links);
  const texts = targets.every(({ state }) => state === 'ready')
    ? yield* readlinks(expected.map(({ path }) => path))
    : [];
  return expected.every(({ target }, index) => {
    const text = texts[index];
    return text?.ok === true && text.value === target.path;
  })
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

/** A directory without its place. */
function* glance(path: string): ReadSteps<DirectoryFacts> {
  const end = yield* stat(path);
  if (!end.ok) {
    return end.errno === 'ENOTDIR'
      ? { path, state: 'not-directory' }
      : { path, state: 'not-accessible', failure: end };
  }
  if (end.value.kind !== 'directory') return { path, state: 'not-directory' };
  const usable = yield* access(path, READ | WRITE | SEARCH);
  return usable.ok
    ? { path, state: 'ready', entry: end.value }
    : { path, state: 'not-accessible', failure: usable };
}

const MOST_RACES = 3;

function* inspectDirectory(path: string, races = 0): ReadSteps<DirectoryFacts> {
  const seen = yield* glance(path);
  const isAbsent = seen.state === 'not-accessible' && seen.failure.errno === 'ENOENT';
  if (seen.state !== 'ready' && !isAbsent) return seen;
  const place = yield* locate(path);
  if (!place.ok) return { path, state: 'not-accessible', failure: place };
  if (seen.state === 'ready') return { ...seen, place };
  if (place.behind !== undefined) return { path, state: 'dangling', place };
  if (place.missing.length === 0) {
    // Somebody else has just made it: look at what it is.
    return races < MOST_RACES ? yield* inspectDirectory(path, races + 1) : seen;
  }
  const creatable = yield* access(place.existing, WRITE | SEARCH);
  return creatable.ok
    ? { path, state: 'missing', place }
    : { path, state: 'not-creatable', place, failure: creatable };
}

function* inspectLink(
  accountHome: string,
  name: string,
  target: DirectoryFacts,
): ReadSteps<LinkFacts> {
  const path = childOf(accountHome, name);
  const at = { name, path, target };
  const link = yield* readlink(path);
  if (link.ok) {
    return { ...at, storedTarget: link.value, ...(yield* follow(path, link.value, target)) };
  }
  if (isNotALink(link)) {
    const entry = yield* lstat(path);
    if (entry.ok && entry.value.kind !== 'symlink') return { ...at, state: entry.value.kind };
  }
  return link.errno === 'ENOENT'
    ? { ...at, state: 'missing' }
    : { ...at, state: 'unreadable', failure: link };
}

function* follow(
  path: string,
  storedTarget: string,
  target: DirectoryFacts,
  races = 0,
): ReadSteps<Pick<LinkFacts, 'state' | 'place' | 'failure'>> {
  if (storedTarget === target.path) {
    const { state } = target;
    return state === 'missing' || state === 'dangling' || state === 'not-creatable'
      ? { state: 'dangling', place: target.place }
      : { state: 'linked' };
  }
  const end = yield* stat(path);
  if (end.ok) {
    return { state: (yield* isTarget(path, end.value, target)) ? 'equivalent' : 'divergent' };
  }
  if (end.errno === 'ELOOP') return { state: 'loop', failure: end };
  if (end.errno !== 'ENOENT' && end.errno !== 'ENOTDIR') {
    return { state: 'unreadable', failure: end };
  }
  const place = yield* locate(path);
  if (place.ok && place.missing.length === 0 && races < MOST_RACES) {
    // Somebody else has just made what it leads to.
    return yield* follow(path, storedTarget, target, races + 1);
  }
  return place.ok
    ? { state: 'dangling', place, failure: end }
    : { state: 'dangling', failure: end };
}

function* isTarget(
  path: string,
  { device, inode }: Entry,
  target: DirectoryFacts,
): ReadSteps<boolean> {
  if (target.state === 'ready' && inode !== 0n) {
    return inode === target.entry.inode && device === target.entry.device;
  }
  // Some file systems number no inodes; and what is no directory has not been looked at.
  const [here, there] = yield* together([realpath(path), realpath(target.path)]);
  return here?.ok === true && there?.ok === true && here.value === there.value;
}
