import * as fc from 'fast-check';

const NAMES = ['type', 'message', 'content', '__proto__', 'typ', 'other', ''];

const space = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  fc.constantFrom(' ', '\t', '\r', ' \r '),
);

const escaped = fc.oneof(
  fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u0000', '\\uD83d'),
  fc.integer({ min: 0, max: 0xffff }).map(unicodeEscape),
);

const plain = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 1 })
  .filter((character) => character >= ' ' && character !== '"' && character !== '\\');

const string = fc
  .array(fc.oneof(plain, escaped), { maxLength: 6 })
  .map((pieces) => `"${pieces.join('')}"`);

const name = fc
  .tuple(fc.constantFrom(...NAMES), fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }))
  .map(([name, isEscaped]) =>
    Array.from(name, (it, at) => (isEscaped[at] ? unicodeEscape(it.charCodeAt(0)) : it)).join(''),
  )
  .map((characters) => `"${characters}"`);

const number = fc.oneof(
  fc.constantFrom('0', '-0', '1e5', '-1.50E+10', '0.0e-0', '12345678901234567890', '1e999'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.integer().map(String),
);

/** Texts that JSON.parse takes, in every spelling, with names that come twice. */
export const jsonText = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc
    .tuple(
      space,
      fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.oneof(string, number, fc.constantFrom('true', 'false', 'null')),
        tie('object'),
        tie('array'),
      ),
      space,
    )
    .map((parts) => parts.join('')),
  object: fc
    .array(fc.tuple(space, fc.oneof(name, string), space, fc.constant(':'), tie('value')), {
      maxLength: 5,
    })
    .map((members) => `{${members.map((parts) => parts.join('')).join(',') || ' '}}`),
  array: fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
}));

const marks = Array.from('{}[]:,"\\untrfbeE0123-+. \r\t\u00a0\ufeff\0é');

/** Texts of characters that mean something in JSON, in any order. */
export const jsonRubble = fc
  .array(fc.constantFrom(...marks, 'true', '"type":'), {
    maxLength: 14,
  })
  .map((pieces) => pieces.join(''));

function unicodeEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
