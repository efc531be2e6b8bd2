import * as memfsModule from 'memfs';
import { inspectAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { closest } from '../../../src/core/closest.ts';
import { argumentProblems } from '../../../src/core/argument-problems.ts';
import {
  check,
  date,
  integer,
  type Kind,
  list,
  object,
  options,
  port,
  string,
} from '../../../src/core/options.ts';
import { createProblem, describeProblem } from '../../../src/core/problem.ts';
import { SharedStateError } from '../../../src/links/error.ts';

const readPort = { members: ['stat', 'opendir'], orPromises: true };

/** What a call is told to expect of an argument. */
function expected(kind: Kind<unknown>, value: unknown): unknown {
  try {
    return check('migrate', { value: kind }, { value });
  } catch (error) {
    if (!(error instanceof SharedStateError)) throw error;
    return error.problems.map((problem) => ('expected' in problem ? problem.expected : ''));
  }
}

describe('a file system', () => {
  test('that is the whole module of memfs is told to be its member fs', () => {
    expect(expected(port(readPort), { fs: memfsModule.fs })).toEqual([
      'a file system: pass the `fs` of this module',
    ]);
  });

  test('that lacks functions is told which', () => {
    const missing = ['node:fs, memfs, or a wrapper; it lacks opendir'];
    expect(expected(port(readPort), { stat: () => undefined })).toEqual(missing);
    expect(expected(port(readPort), { fs: { stat: () => undefined }, stat: () => 1 })).toEqual(
      missing,
    );
  });

  test('of an old memfs is told the version it needs', async () => {
    class Volume {
      readonly promises = { fs: this, constants: { O_NOFOLLOW: 0 } };
      fromJSON() {}
      writeFileSync() {}
      symlinkSync() {}
      openSync() {
        return 3;
      }
    }
    // @ts-expect-error -- it is no file system
    const call = inspectAll(['/home'], { fs: new Volume() });
    await expect(call).rejects.toThrow('memfs 4.70 or newer');
  });
});

test('an array, an object and a number are shown for what they are', () => {
  const shown = [[], [1], {}, 7, undefined].map((value) => {
    try {
      check('migrate', { name: string }, { name: value });
    } catch (error) {
      return error instanceof SharedStateError && 'value' in error.problems[0]
        ? error.problems[0].value
        : '';
    }
    return '';
  });
  expect(shown).toEqual(['an empty array', 'an array', 'an object', '7', 'undefined']);
});

test('a list, a number, a date and an object say what they must be', () => {
  expect(expected(list(string, 'names'), 'one')).toEqual(['an array of names']);
  expect(expected(integer({ min: 1, max: 3 }), 4)).toEqual(['a whole number from 1 to 3']);
  expect(expected(date, new Date(Number.NaN))).toEqual(['a Date with a valid time']);
  expect(expected(object({ name: string }), new Map())).toEqual(['a plain object with name']);
  expect(expected(object({ name: string }), Object.create(null))).toEqual(['a string']);
});

test('an option of a call that has none is refused in the words of each reader', () => {
  const fields = { path: '', argument: 'options.acceptRetention', value: '1', known: [] };
  const problem = createProblem(argumentProblems, 'unknown-option', fields);
  expect(problem.message).toBe(
    'there is no option options.acceptRetention. This call has no options.',
  );
  expect(describeProblem(argumentProblems, problem, 'cli').description).toBe(
    'there is no option --accept-retention',
  );
  const named = { ...fields, argument: 'required[0].name', known: ['fs'], suggestion: 'fs' };
  expect(describeProblem(argumentProblems, { ...problem, ...named }, 'cli')).toEqual({
    description: 'there is no option --shared',
    advice: 'Did you mean --fs?',
  });
});

test('an unknown option names the one that was probably meant, or all', () => {
  const messages = ['fss', 'window'].map((name) => {
    try {
      check('migrate', { options: options({ fs: string }) }, { options: { fs: '', [name]: 1 } });
    } catch (error) {
      return String(error);
    }
    return '';
  });
  expect(messages).toEqual([
    expect.stringContaining('Did you mean fs?'),
    expect.stringContaining('The options are fs.'),
  ]);
});

test('the closest word is the one with the fewest edits, if they are few', () => {
  const known = ['session', 'sessions', 'section', ''];
  expect(closest('sesion', known)).toBe('session');
  expect(closest('SECTIONS', known)).toBe('section');
  expect(closest('s', known)).toBe('');
  expect(closest('window', known)).toBeUndefined();
});
