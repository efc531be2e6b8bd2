import { JsonField } from '../../../../../src/sessions/transcript/json-field.ts';
import {
  JsonLineScanner,
  type LineVerdict,
} from '../../../../../src/sessions/transcript/json-line-scanner.ts';

/** What is said of one line: what it is, and what there is in the wanted places. */
export interface Scanned {
  readonly verdict: LineVerdict;
  readonly kinds: Readonly<Record<string, string | undefined>>;
  readonly texts: Readonly<Record<string, string | undefined>>;
}

const LIMIT = 4096;

const blank: Scanned = { verdict: 'blank', kinds: {}, texts: {} };
const notJson: Scanned = { verdict: 'not-json', kinds: {}, texts: {} };

/** What the scanner says of a line that is cut in these places. */
export function scanned(line: Uint8Array, cuts: readonly number[] = []): Scanned {
  const root = new JsonField();
  const message = root.member('message', LIMIT);
  const fields = {
    type: root.member('type', LIMIT),
    proto: root.member('__proto__', LIMIT),
    message,
    content: message.member('content', LIMIT),
  };
  const scanner = new JsonLineScanner(root);
  let from = 0;
  for (const to of [...cuts, line.length]) {
    // A copy, because nothing may depend on what is around the chunk.
    scanner.scan(line.slice(from, to), 0);
    from = to;
  }
  const verdict = scanner.finish();
  if (verdict === 'blank') return blank;
  // Where a number on its own ends is not compared: such a line is no record anyway.
  if (verdict === 'json-and-more' && root.kind === 'number') return notJson;
  if (verdict === 'not-json') return notJson;
  return {
    verdict,
    kinds: { root: root.kind, ...mapped(fields, ({ kind }) => kind) },
    texts: mapped(fields, ({ printed }) => printed),
  };
}

/** What JSON.parse says of the same line. */
export function parsed(line: Uint8Array): Scanned {
  // Not a TextDecoder, which would drop a byte order mark.
  const text = Buffer.from(line).toString('utf8');
  if (/^[ \t\r]*$/.test(text)) return blank;
  const whole = parsedText(text, 'json');
  if (whole !== undefined) return whole;
  for (let end = 1; end < text.length; end += 1) {
    // No other value ends otherwise, and trying is slow.
    if (!/[}\]"el]/.test(text.charAt(end - 1))) continue;
    const part = parsedText(text.slice(0, end), 'json-and-more');
    if (part !== undefined) return part;
  }
  return notJson;
}

function parsedText(text: string, verdict: LineVerdict): Scanned | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const message = memberOf(value, 'message');
  const fields = {
    type: memberOf(value, 'type'),
    proto: memberOf(value, '__proto__'),
    message,
    content: memberOf(message, 'content'),
  };
  return {
    verdict,
    kinds: { root: kindOf(value), ...mapped(fields, kindOf) },
    texts: mapped(fields, printed),
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function kindOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'array' : typeof value;
}

function printed(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function mapped<Value, Result>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
