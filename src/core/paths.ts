import { normalize, sep } from 'node:path';

export { basename, dirname } from 'node:path';

// Elsewhere than on Windows a backslash is a character like any other.
const TRAILING_SEPARATORS = sep === '/' ? /(?<=[^/])\/+$/ : /(?<=[^:/\\])[/\\]+$/;

/** The path of `name` inside `directory`. Unlike `node:path`, it does not fold `..`, which is physical after a link. */
export function join(directory: string, name: string): string {
  const isClosed = directory.endsWith('/') || directory.endsWith(sep);
  return isClosed ? directory + name : directory + sep + name;
}

/** `path` without trailing separators, which would make the last segment of a link be followed. */
export function withoutTrailingSeparators(path: string): string {
  return path.replace(TRAILING_SEPARATORS, '');
}

/**
 * The path in a form in which one directory lies inside another exactly if its form starts with the
 * other's. By text alone: `..` is folded away.
 */
export function withTrailingSep(path: string): string {
  const folded = normalize(path);
  return folded.endsWith(sep) ? folded : folded + sep;
}

/** Whether a path is a directory or lies inside it; by text alone. */
export function isAtOrBelow(path: string, directory: string): boolean {
  return withTrailingSep(path).startsWith(withTrailingSep(directory));
}

/** The same for all spellings of a text that differ in upper and lower case; both ways, as some letters have several of one case. */
export function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase();
}

// Control and format characters. Spelled out, because `\p{…}` would cost 2 ms at every start.
const DISTURBING =
  // oxlint-disable-next-line no-control-regex -- they are what it is about
  /[\0-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The path with everything escaped that could disturb a terminal or break a log line. */
export function escapeControl(path: string): string {
  return path.replace(DISTURBING, (unit) => `\\u{${unit.charCodeAt(0).toString(16)}}`);
}
