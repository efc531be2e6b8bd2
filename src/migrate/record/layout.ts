import { childOf, lastSegmentOf, parentOf } from '../../paths.ts';

/*
 * Where a migration keeps what is its own. In each account home:
 *
 *   .claude-shared-state/lock
 *   .claude-shared-state/originals/<UTC>-<nonce>/    one run: everything that it set aside
 *     owner             who works on it; a symlink like a lock
 *     manifest          what it has linked, and into which targets
 *     <name>            the tree that was <account home>/<name>
 *     displaced/…       second names of the files in whose place another generation was put
 *     recreated-…       directories that Claude Code made anew while the link was missing
 *     prepared-<name>   the link that takes the place of that tree, until it does
 *     sealed            everything in here is known to be in the target
 *     link-<name>       the text of the link that was removed on the way back
 *     restored          the trees are back in the home
 *   .claude-shared-state/originals/retiring-<UTC>-<nonce>/    a run that is being removed
 *
 * And beside each shared target `<target>.state/`, with a lock and with copies that are coming in.
 */

const OWN = '.claude-shared-state';

export const ownDirectoryOf = (accountHome: string) => childOf(accountHome, OWN);
export const originalsOf = (accountHome: string) =>
  childOf(ownDirectoryOf(accountHome), 'originals');
export const stateOf = (target: string) => `${target}.state`;
export const incomingOf = (target: string) => childOf(stateOf(target), 'incoming');
export const lockIn = (directory: string) => childOf(directory, 'lock');

export const ownerOf = (run: string) => childOf(run, 'owner');
export const manifestOf = (run: string) => childOf(run, 'manifest');
export const sealOf = (run: string) => childOf(run, 'sealed');
export const restoredMarkOf = (run: string) => childOf(run, 'restored');
export const preparedLinkOf = (run: string, name: string) => childOf(run, `prepared-${name}`);
export const removedLinkOf = (run: string, name: string) => childOf(run, `link-${name}`);

/** How often a directory is moved aside in one run that Claude Code makes anew each time. */
export const MOST_GENERATIONS = 5;

export const recreatedOf = (run: string, name: string, count: number) =>
  childOf(run, `recreated-${count}-${name}`);

const RETIRING = 'retiring-';

/** What a run is called while it is being removed: so nobody who looks for it finds it. */
export const retiringOf = (run: string) =>
  childOf(parentOf(run), `${RETIRING}${lastSegmentOf(run)}`);
export const isRetiringName = (name: string) => name.startsWith(RETIRING);
export const withoutRetiring = (name: string) =>
  isRetiringName(name) ? name.slice(RETIRING.length) : name;

/** The name of the link of a directory that was made anew; `undefined` for every other entry of a run directory. */
export function recreatedName(entry: string): string | undefined {
  return /^recreated-\d+-(.+)$/.exec(entry)?.[1];
}

/** A path among the displaced without the nonce that it got where the name was taken already. */
export function withoutNonce(path: string): string {
  return path.replace(/~[0-9a-f]{16}$/, '');
}

/** What is in a run directory beside the trees. */
export function isOwnEntry(entry: string): boolean {
  return /^(?:owner|manifest|displaced|sealed|restored|prepared-.*|link-.*|recreated-\d+-.*)$/.test(
    entry,
  );
}

/** Which of two places a displaced file comes from. */
export type Side = 'home' | 'target';

/**
 * Where a displaced file keeps a name. The offset is part of the path, so that it cannot be torn from it:
 * up to there the file is known to be in the shared one.
 */
export function displacedAt(base: string, name: string, side: Side, offset: number): string {
  return [name, side, String(offset)].reduce(childOf, childOf(base, 'displaced'));
}

/** The name of a run: when it began, and a nonce, so that no two have the same. */
export function runNameAt(now: number, nonce: string): string {
  const utc = new Date(now).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${utc}-${nonce}`;
}

const RUN_NAME = /^(?:retiring-)?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[a-z0-9]+$/;

/** When a run began, as its name says it. */
export function madeAt(runName: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = RUN_NAME.exec(runName) ?? [];
  return year === undefined
    ? undefined
    : new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

const TEMPORARY = /^\.claude-shared-state-[0-9a-f]{16}$/;

/** A name beside others that lives for a moment only, and that Claude Code takes for nothing. */
export const temporaryName = (nonce: string) => `.claude-shared-state-${nonce}`;
export const isTemporaryName = (name: string) => TEMPORARY.test(name);
