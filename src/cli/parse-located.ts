/** A JSON value, and where each member of the outermost object is; or what is wrong with the text, and where. */
interface Located {
  readonly value?: unknown;
  readonly positions: ReadonlyMap<string, number>;
  readonly error?: { readonly offset: number; readonly message: string };
}

const TOKEN =
  // oxlint-disable-next-line no-control-regex -- no string in JSON has one
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|$)/y;

/**
 * Parses JSON, because `JSON.parse` says where a mistake is in some versions of Node only, and never where a member is.
 *
 * It follows the tokens, and leaves the values to `JSON.parse`.
 */
export function parseLocated(text: string): Located {
  const positions = new Map<string, number>();
  // The brackets that are open, and what may come next.
  const open: ('{' | '[')[] = [];
  let expected: 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'comma' | 'end' =
    'value';
  const after = (): typeof expected => (open.length === 0 ? 'end' : 'comma');
  const token = new RegExp(TOKEN);
  for (;;) {
    const start = token.lastIndex;
    const found = token.exec(text);
    const [whole = '', mark, literal] = found ?? [];
    const space = /^[ \t\r\n]*/.exec(text.slice(start))?.[0].length ?? 0;
    const offset = start + space;
    const isOver = found !== null && mark === undefined && literal === undefined;
    if (isOver && expected === 'end') return { value: JSON.parse(text), positions };
    const isName = literal?.startsWith('"') === true && expected.startsWith('name');
    const isClosing =
      (mark === '}' && open.at(-1) === '{' && /comma|name-or-end/.test(expected)) ||
      (mark === ']' && open.at(-1) === '[' && /comma|value-or-end/.test(expected));
    if (isName) {
      if (open.length === 1) positions.set(String(JSON.parse(literal)), offset);
      expected = 'colon';
    } else if (mark === ':' && expected === 'colon') expected = 'value';
    else if (mark === ',' && expected === 'comma') {
      expected = open.at(-1) === '{' ? 'name' : 'value';
    } else if (isClosing) {
      open.pop();
      expected = after();
    } else if (literal !== undefined && expected.startsWith('value')) expected = after();
    else if ((mark === '{' || mark === '[') && expected.startsWith('value')) {
      open.push(mark);
      expected = mark === '{' ? 'name-or-end' : 'value-or-end';
    } else {
      const seen = isOver || whole === '' ? text.slice(offset, offset + 1) : whole.trim();
      const what = offset >= text.length ? 'the file ends too early' : `unexpected ${seen}`;
      return { positions, error: { offset, message: `this is no JSON: ${what}` } };
    }
  }
}
