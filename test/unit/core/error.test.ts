import {
  isSharedStateError,
  requiredSharedUnder,
  type SharedStateError,
  validateAll,
} from 'claude-shared-state';
import { memfs } from 'memfs';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { posixError } from '../support/posix-error.ts';

async function anError(): Promise<SharedStateError> {
  const { fs } = memfs({ '/me/a/projects/t.jsonl': '', '/me/b': 'a file' });
  const required = requiredSharedUnder('/me/shared');
  const error: unknown = await validateAll(['/me/a', '/me/b'], { fs, required }).catch(
    (reason: unknown) => reason,
  );
  if (!isSharedStateError(error)) throw new Error('nothing was refused');
  return error;
}

describe('SharedStateError', () => {
  test('says the operation, and one line per problem with its code and remedy', async () => {
    const error = await anError();
    const [first, ...lines] = error.message.split('\n');
    expect(first).toBe('validateAll found 2 problems');
    expect(lines).toHaveLength(error.problems.length);
    expect(lines[0]).toContain('/me/a/projects is a real directory');
    expect(lines[0]).toContain('[not-a-symlink, migrate]');
    expect(lines[1]).toContain('[directory-unusable, manual]');
  });

  test('is an Error with a name and a code', async () => {
    const error = await anError();
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'SharedStateError',
      code: 'ERR_SHARED_STATE',
      operation: 'validateAll',
    });
  });

  test('turns into JSON with everything a log needs', async () => {
    const error = await anError();
    const logged: unknown = JSON.parse(JSON.stringify(error));
    expect(logged).toEqual({
      name: 'SharedStateError',
      code: 'ERR_SHARED_STATE',
      operation: 'validateAll',
      message: error.message,
      problems: error.problems,
      reports: error.reports,
    });
  });

  test('has a cause where a call failed', async () => {
    const { fs } = memfs({ '/me/a': null });
    const cause = posixError('EIO', 'readlink');
    const broken = { ...fs.promises, readlink: async () => await Promise.reject(cause) };
    const required = requiredSharedUnder('/me/shared');
    const pending = validateAll(['/me/a'], { fs: broken, required });
    await expect(pending).rejects.toMatchObject({ cause });
  });

  test('does not let a path on disk write to the terminal', async () => {
    const { fs } = memfs({ '/me/\u001b[2J\nhome\u202e': 'a file' });
    const required = requiredSharedUnder('/me/shared');
    const pending = validateAll(['/me/\u001b[2J\nhome\u202e'], { fs, required });
    await expect(pending).rejects.toThrow('/me/\\u{1b}[2J\\u{a}home\\u{202e} is not a directory');
  });
});

describe('isSharedStateError()', () => {
  test('knows an error of another copy of the library by its brand', async () => {
    const error = await anError();
    const foreign = { [Symbol.for('claude-shared-state.SharedStateError')]: true };
    expect(isSharedStateError(error)).toBe(true);
    expect(isSharedStateError(foreign)).toBe(true);
  });

  test.each(
    inWords([
      undefined,
      null,
      'ERR_SHARED_STATE',
      7,
      {},
      new Error('x'),
      { code: 'ERR_SHARED_STATE' },
    ]),
  )('does not take %s for one', (_, value) => {
    expect(isSharedStateError(value)).toBe(false);
  });
});
