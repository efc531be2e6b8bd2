import { sep } from 'node:path';
import { childOf } from '../../paths.ts';
import type { FileKind } from '../disk/facts.ts';
import { isOwnEntry, recreatedName, withoutNonce } from '../record/layout.ts';

/** Where a file among the originals was, or belongs, in a shared target. */
export interface FormerPlace {
  /** Of the link. */
  readonly name: string;
  /** Relative to the target; two where a name that was taken may have got a nonce. */
  readonly paths: readonly string[];
}

/** Finds it from the path relative to the originals; `undefined` for what no run puts there. */
export function formerPlaceOf(path: string): FormerPlace | undefined {
  const [top = '', ...below] = path.split(sep);
  if (top === 'displaced') return displacedPlace(below);
  const name = recreatedName(top) ?? top;
  return below.length === 0 ? undefined : { name, paths: [joined(below)] };
}

function displacedPlace([name, side, offset, ...below]: readonly string[]):
  | FormerPlace
  | undefined {
  const isKnown = (side === 'home' || side === 'target') && /^\d+$/.test(offset ?? '');
  if (name === undefined || !isKnown || below.length === 0) return undefined;
  const path = joined(below);
  const original = withoutNonce(path);
  return { name, paths: original === path ? [path] : [path, original] };
}

function joined(segments: readonly string[]): string {
  return segments.reduce(childOf);
}

const OWN_FILES: ReadonlySet<string> = new Set(['manifest', 'sealed', 'restored']);

/** Whether an entry of a run directory is no user's, but what the library writes there for itself. */
export function isOwnMark(path: string, kind: FileKind): boolean {
  if (path.includes(sep) || !isOwnEntry(path)) return false;
  return OWN_FILES.has(path) ? kind === 'file' : kind === 'symlink';
}
