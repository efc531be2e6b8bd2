/** A JSON value, and where each member of the outermost object is. */
interface Located {
  readonly value: unknown;
  readonly positions: ReadonlyMap<string, number>;
}

// oxlint-disable-next-line no-control-regex -- no string in JSON has one
const STRING = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const OTHER = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|[{[]/y;

/**
 * Parses JSON, because `JSON.parse` says where a mistake is in some versions of Node only, and never where a member is.
 *
 * It follows the tokens, and leaves the values to `JSON.parse`.
 *
 * @param fail - What is called with the first mistake.
 */
export function parseLocated(
  text: string,
  fail: (offset: number, message: string) => never,
): Located {
  const positions = new Map<string, number>();
  let offset = 0;
  /** Skips white space, and then what fits. */
  const skip = (pattern: RegExp): string | undefined => {
    for (; /[ \t\r\n]/.test(text.charAt(offset)); offset += 1);
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    offset += found?.length ?? 0;
    return found;
  };
  const take = (pattern: RegExp): string => {
    const found = skip(pattern);
    if (found !== undefined) return found;
    const what = offset < text.length ? `unexpected ${text[offset]}` : 'the file ends too early';
    return fail(offset, `this is not JSON: ${what}`);
  };
  const list = (end: RegExp, next: RegExp, takeItem: () => void): void => {
    if (skip(end) !== undefined) return;
    do takeItem();
    while (take(next) === ',');
  };
  const takeValue = (depth: number): void => {
    const token = skip(STRING) ?? take(OTHER);
    if (token === '[') list(/\]/y, /[,\]]/y, () => takeValue(depth + 1));
    if (token !== '{') return;
    list(/\}/y, /[,}]/y, () => {
      const name = take(STRING);
      if (depth === 0) positions.set(String(JSON.parse(name)), offset - name.length);
      take(/:/y);
      takeValue(depth + 1);
    });
  };
  takeValue(0);
  take(/$/y);
  return { value: JSON.parse(text), positions };
}
