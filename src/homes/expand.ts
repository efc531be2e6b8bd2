import { join } from '../core/paths.ts';
import type { Result } from '../core/result.ts';
import type { NamedEntry } from '../fs/io.ts';

/** Lists a directory. */
export type List = (path: string) => Promise<Result<readonly NamedEntry[]>>;

export const WILDCARD = /[*?]/;

/** The paths in a directory that the segments of a pattern match; the directory itself may have wildcards in its name. */
export async function expand(
  list: List,
  directory: string,
  [segment = '', ...rest]: readonly string[],
): Promise<readonly string[]> {
  const isLiteral = !WILDCARD.test(segment);
  // A directory above may not be readable.
  if (isLiteral && rest.length > 0) return await expand(list, join(directory, segment), rest);
  const listed = await list(directory);
  const matches = matcher(segment);
  const found = (listed.ok ? listed.value : []).filter(({ name, kind }) => {
    const isMatch = isLiteral ? name === segment : matches(name);
    return isMatch && (rest.length === 0 || kind !== 'other');
  });
  const paths = await Promise.all(
    found.map(async ({ name }) => {
      const path = join(directory, name);
      return rest.length === 0 ? [path] : await expand(list, path, rest);
    }),
  );
  return paths.flat();
}

/** As a shell does: a leading dot is matched by a dot only. */
function matcher(segment: string): (name: string) => boolean {
  const wildcards: Readonly<Record<string, string>> = { '*': '.*', '?': '.' };
  const parts = Array.from(
    segment,
    (unit) => wildcards[unit] ?? unit.replace(/[\\^$.|+()[\]{}]/, String.raw`\$&`),
  );
  const pattern = new RegExp(`^${parts.join('')}$`, 's');
  return (name) => pattern.test(name) && (segment.startsWith('.') || !name.startsWith('.'));
}

const collator = /* @__PURE__ */ new Intl.Collator('en', { numeric: true });

export function byNaturalOrder(one: string, other: string): number {
  return collator.compare(one, other);
}
