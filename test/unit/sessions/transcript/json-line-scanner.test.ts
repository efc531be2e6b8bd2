import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Brackets } from '../../../../src/sessions/transcript/brackets.ts';
import { jsonRubble, jsonText } from './support/json-text.ts';
import { parsed, scanned } from './support/scanned.ts';

const encoder = new TextEncoder();
const bytesOf = (text: string) => encoder.encode(text);

const withoutNewlines = (bytes: Uint8Array) => bytes.map((byte) => (byte === 0x0a ? 0x20 : byte));

const change = fc.tuple(fc.nat(), fc.nat(2), fc.uint8Array({ maxLength: 2 }));

const changed = fc
  .tuple(jsonText.object, fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([text, changes]) => {
    const bytes = [...bytesOf(text)];
    for (const [place, lost, put] of changes) bytes.splice(place % bytes.length, lost, ...put);
    return withoutNewlines(Uint8Array.from(bytes));
  });

const cutOff = fc
  .tuple(jsonText.object, fc.nat(), jsonRubble)
  .map(([text, length, more]) => bytesOf(text.slice(0, length % (text.length + 1)) + more));

const bytesInString = fc
  .uint8Array({ maxLength: 8 })
  .map((bytes) => Uint8Array.of(...bytesOf('{"type":"'), ...bytes, ...bytesOf('"}')));

const cuts = (length: number) =>
  fc.array(fc.nat(length), { maxLength: 8 }).map((places) => places.toSorted((a, b) => a - b));

describe('the scanner agrees with JSON.parse, in chunks cut anywhere, on', () => {
  test.each<[string, number, fc.Arbitrary<Uint8Array>]>([
    ['JSON in every spelling', 3000, jsonText.value.map(bytesOf)],
    ['records', 3000, jsonText.object.map(bytesOf)],
    ['records with a few bytes changed, lost or put in', 2000, changed],
    ['a record that is cut off, or has something behind it', 2000, cutOff],
    ['characters of JSON in any order', 10_000, jsonRubble.map(bytesOf)],
    ['any bytes', 3000, fc.uint8Array({ maxLength: 12 }).map(withoutNewlines)],
    ['any bytes in a string, UTF-8 or not', 3000, bytesInString.map(withoutNewlines)],
  ])('%s', (_, numRuns, lines) => {
    const cutLines = lines.chain((line) => fc.tuple(fc.constant(line), cuts(line.length)));
    const agrees = fc.property(cutLines, ([line, places]) => {
      expect(scanned(line, places)).toEqual(parsed(line));
    });
    fc.assert(agrees, { numRuns });
  });
});

test.each([
  String.raw`{"\u0074ype":"us\u0065r\ud83d\ude00\"\\\/","message":{"content":[{"a":[1,-2.5e+3]}]}}`,
  String.raw` { "type" : null , "__proto__" : { "type" : "x" } , "message" : 0.5 } `,
  '{"message":{"content":"a"},"type":"é😀\u2028","message":{}}',
  '{"message":{"content":"a"},"message":[{"content":true}],"type":false}',
])('a cut at any two places changes nothing: %s', (text) => {
  const line = bytesOf(text);
  const whole = scanned(line);
  expect(whole).toEqual(parsed(line));
  for (let first = 0; first <= line.length; first += 1) {
    for (let second = first; second <= line.length; second += 1) {
      expect(scanned(line, [first, second])).toEqual(whole);
    }
  }
});

describe('the scanner agrees with JSON.parse on', () => {
  test.each([
    ['a byte order mark', '\ufeff{}'],
    ['a byte order mark in a string', '{"type":"\ufeffuser"}'],
    ['a carriage return behind it', '{"type":"user"}\r'],
    ['a carriage return in between', '{"type":\r"user"}'],
    ['white space of other kinds', '\u00a0{}'],
    ['a form feed', '\f{}'],
    ['a NUL before it', '\0{}'],
    ['a NUL behind it', '{}\0'],
    ['a NUL in a string', '{"type":"\0"}'],
    ['a tab in a string', '{"type":"\t"}'],
    ['a delete character in a string', '{"type":"\x7f"}'],
    ['a line separator in a string', '{"type":"\u2028"}'],
    ['two records', '{"type":"user"}{"type":"system"}'],
    ['a comma behind it', '{"type":"user"},'],
    ['a comma before the end', '{"type":"user",}'],
    ['a comma at the start', '[,1]'],
    ['two commas', '[1,,2]'],
    ['no colon', '{"type" "user"}'],
    ['a key without quotes', '{type:"user"}'],
    ['single quotes', "{'type':'user'}"],
    ['brackets that do not match', '{"type":[1}'],
    ['a bracket too many', '{"type":1}}'],
    ['a bracket too few', '{"type":{"a":1}'],
    ['a string that does not end', '{"type":"user'],
    ['an escape that does not end', String.raw`{"type":"\u12"}`],
    ['an escape that does not exist', String.raw`{"type":"\x41"}`],
    ['half of a surrogate pair', String.raw`{"type":"\ud83d"}`],
    ['a number with a zero before it', '{"type":01}'],
    ['a number with a plus', '{"type":+1}'],
    ['a number that starts with its point', '{"type":.5}'],
    ['a number that ends with its point', '{"type":5.}'],
    ['a number without an exponent', '{"type":5e}'],
    ['a minus', '{"type":-}'],
    ['hexadecimal digits', '{"type":0x10}'],
    ['NaN', '{"type":NaN}'],
    ['a word cut off', '{"type":tru}'],
    ['a word that goes on', '{"type":nulls}'],
    ['a word in other letters', '{"type":True}'],
    ['a comment', '{"type":1/**/}'],
    ['__proto__ as a key', '{"__proto__":{"type":"user"}}'],
    ['a key that comes twice', '{"type":"user","type":5}'],
    ['a wanted name deeper down', '{"other":{"type":"user"},"message":{"message":{"content":1}}}'],
    ['a wanted name in an array', '{"message":[{"content":1,"type":2}]}'],
    ['a wanted name behind a deep value', '{"other":[[{"a":[{}]}]],"type":"user"}'],
  ])('%s', (_, text) => {
    const line = bytesOf(text);
    expect(scanned(line)).toEqual(parsed(line));
    expect(scanned(line, [...line.keys()])).toEqual(parsed(line));
  });
});

const nested = (depth: number) => bytesOf(`${'['.repeat(depth)}1${']'.repeat(depth)}`);

describe('nesting', () => {
  test('100,000 deep is as good as any', () => {
    expect(scanned(nested(100_000)).verdict).toBe('json');
    expect(scanned(nested(100_000).subarray(1)).verdict).toBe('json-and-more');
    expect(scanned(nested(100_000).subarray(0, -1)).verdict).toBe('not-json');
  });

  test('is understood to 8,388,608 levels, and no deeper', () => {
    expect(Brackets.most).toBe(8_388_608);
    expect(scanned(nested(Brackets.most)).verdict).toBe('json');
    expect(scanned(nested(Brackets.most + 1)).verdict).toBe('not-json');
  });

  test('keeps arrays and objects apart at every level', () => {
    const kinds = Array.from({ length: 1000 }, (_, level) => (level * level) % 7 < 3);
    const open = kinds.map((isObject) => (isObject ? '{"a":' : '[')).join('');
    const close = kinds.map((isObject) => (isObject ? '}' : ']')).toReversed();
    expect(scanned(bytesOf(`${open}1${close.join('')}`)).verdict).toBe('json');
    close[500] = close[500] === '}' ? ']' : '}';
    expect(scanned(bytesOf(`${open}1${close.join('')}`)).verdict).toBe('not-json');
  });
});
