import { dirname, join } from '../core/paths.ts';
import { STATE_DIRECTORY } from '../homes/layouts.ts';

/** The state directory of a shared root, given one of its targets. */
export function stateDirectoryOf(realTarget: string): string {
  return join(dirname(realTarget), STATE_DIRECTORY);
}

export function homeStateOf(realHome: string): string {
  return join(realHome, STATE_DIRECTORY);
}

export function lockIn(stateDirectory: string): string {
  return join(stateDirectory, 'lock');
}

/** Where copies are prepared before they get their final name. */
export function incomingIn(stateDirectory: string): string {
  return join(stateDirectory, 'incoming');
}

/** Where a run sets aside the shorter or older version of a file. */
export function replacedIn(stateDirectory: string, runId: string): string {
  return join(join(stateDirectory, 'replaced'), runId);
}

export function restorePointsOf(realHome: string): string {
  return join(homeStateOf(realHome), 'restore-points');
}

/** The link a run prepares before it moves a directory away; its text also records the target. */
export function preparedLinkOf(restorePoint: string, name: string): string {
  return join(restorePoint, `${LINK_PREFIX}${name}`);
}

/** Where a directory goes that Claude Code re-created while the link was missing. */
export function recreatedOf(restorePoint: string, name: string, count: number): string {
  return join(restorePoint, `recreated-${count}-${name}`);
}

/** What a restore point says about its state, by a directory of that name; none of them: `incomplete`. */
export const MARKERS = ['complete', 'restoring', 'restored', 'deleting'] as const;

const LINK_PREFIX = 'link-';
const RECREATED = /^recreated-(\d+)-(.+)$/;
const OWN_NAMES: ReadonlySet<string> = /* @__PURE__ */ (() =>
  new Set([...MARKERS, 'incoming', 'replaced', 'removing']))();

/** What an entry of a restore point is. */
export type RestorePointEntry =
  | { readonly kind: 'tree' | 'link'; readonly name: string }
  | { readonly kind: 'recreated'; readonly name: string; readonly count: number }
  | { readonly kind: 'own' };

export function restorePointEntry(entry: string): RestorePointEntry {
  if (OWN_NAMES.has(entry)) return { kind: 'own' };
  if (entry.startsWith(LINK_PREFIX)) return { kind: 'link', name: entry.slice(LINK_PREFIX.length) };
  const [, count, name] = RECREATED.exec(entry) ?? [];
  return count === undefined || name === undefined
    ? { kind: 'tree', name: entry }
    : { kind: 'recreated', name, count: Number(count) };
}

/** Whether a shared link can't have this name, because a run needs it for itself. */
export function isReservedName(name: string): boolean {
  return name === STATE_DIRECTORY || restorePointEntry(name).kind !== 'tree';
}

/** The name of a run and of its restore points: sorts by time, and is unique. */
export function runIdOf(now: number, nonce: string): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${nonce}`;
}

const RUN_ID = /^([+-]?\d{4,6})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[\da-z]+$/;

/** When a run began; `undefined` for anything that is not the name of a run. */
export function timeOfRun(runId: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = RUN_ID.exec(runId) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
