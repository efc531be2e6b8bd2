import { basename, dirname, normalize, sep } from 'node:path';

export { basename as lastSegmentOf, dirname as parentOf };

/** The path of `name` inside `directory`; nothing is folded, so `..` keeps its physical meaning. */
export function childOf(directory: string, name: string): string {
  return /[/\\]$/.test(directory) ? directory + name : directory + sep + name;
}

/** `path` without trailing separators, which would make the last segment of a link be followed. */
export function withoutTrailingSeparators(path: string): string {
  return path.replace(/(?<=[^:/\\])[/\\]+$/, '');
}

/**
 * The path in a form in which one directory lies inside another exactly if its form starts with the
 * other's. By text alone: `..` is folded away.
 */
export function asPrefix(path: string): string {
  const folded = normalize(path);
  return folded.endsWith(sep) ? folded : folded + sep;
}

/** The path with everything escaped that could disturb a terminal or break a log line. */
export function printable(path: string): string {
  return path.replace(
    /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
