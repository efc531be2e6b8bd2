import { isValidResumeUUID, parseResumeUUID } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';

const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';

describe('isValidResumeUUID() takes what the real program takes for an id:', () => {
  test.each([
    ['version 4', id],
    ['upper case', id.toUpperCase()],
    ['mixed case', '0B8e5C1a-2F6d-4c3B-9a7E-5d4C3b2A1f0E'],
    ['version 1', '0b8e5c1a-2f6d-11ee-9a7e-5d4c3b2a1f0e'],
    ['version 7', '018f5c1a-2f6d-7c3b-9a7e-5d4c3b2a1f0e'],
    ['no version that exists', '0b8e5c1a-2f6d-fc3b-9a7e-5d4c3b2a1f0e'],
    ['no variant that exists', '0b8e5c1a-2f6d-4c3b-0a7e-5d4c3b2a1f0e'],
    ['all zeros', '00000000-0000-0000-0000-000000000000'],
    ['all ones', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ])('%s', (_, value) => {
    expect(isValidResumeUUID(value)).toBe(true);
  });
});

describe('isValidResumeUUID() refuses', () => {
  test.each([
    ['white space before it', ` ${id}`],
    ['white space after it, which the program would trim', `${id}\n`],
    ['an empty text', ''],
    ['a title', 'fix the login bug'],
    ['one digit too few', id.slice(0, -1)],
    ['one digit too many', `${id}0`],
    ['no hyphens', id.replaceAll('-', '')],
    ['hyphens in other places', '0b8e5c1a2-f6d-4c3b-9a7e-5d4c3b2a1f0e'],
    ['braces', `{${id}}`],
    ['a URN', `urn:uuid:${id}`],
    ['a letter that is no digit', id.replace('0b', '0g')],
    ['digits of another script', id.replace('0', '٠')],
    ['letters that only look alike', id.replace('e', 'е')],
    ['two ids', `${id} ${id}`],
    ['an id with a line behind it', `${id}\nrm -rf`],
    ['a path', `/tmp/${id}.jsonl`],
    ['an option', `--resume=${id}`],
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['an object that prints as an id', { toString: () => id }],
    ['an array with an id', [id]],
  ])('%s', (_, value) => {
    expect(isValidResumeUUID(value)).toBe(false);
  });
});

describe('parseResumeUUID()', () => {
  test.each(inWords(['', '\n', '\r\n', '  ', '\t', '\ufeff', '\u00a0']))(
    'trims %s around an id',
    (_, space) => {
      expect(parseResumeUUID(`${space}${id}${space}`)).toBe(id);
    },
  );

  test('keeps the case, because file names are compared as they are', () => {
    expect(parseResumeUUID(`${id.toUpperCase()}\n`)).toBe(id.toUpperCase());
  });

  test.each(
    inWords([
      '',
      '\n',
      'No conversation found',
      `${id}\n${id}`,
      `id: ${id}`,
      '\0'.repeat(36),
      undefined,
      36,
    ]),
  )('gives nothing for %s', (_, text) => {
    expect(parseResumeUUID(text)).toBeUndefined();
  });
});
