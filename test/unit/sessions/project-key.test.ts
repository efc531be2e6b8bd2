import { isSharedStateError } from 'claude-shared-state';
import { projectKey } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { keyOf } from '../../../src/sessions/project-key.ts';
import { inWords } from '../support/in-words.ts';

// What the real programs make of many more is in the end-to-end tests.
describe('the key of a working directory', () => {
  test.each(
    inWords([
      ['/home/me/my.project', '-home-me-my-project'],
      ['/home/me/My_Project-2', '-home-me-My-Project-2'],
      ['/', '-'],
      ['/a b', '-a-b'],
      ['/caf\u00e9', '-caf-'],
      ['/cafe\u0301', '-cafe-'],
      ['/\u{1f600}', '---'],
      ['/\ud800', '--'],
    ]),
  )('of path %s is as the program makes it', (_, cwd, key) => {
    expect(projectKey(cwd)).toBe(key);
  });

  test('of 200 units is whole, of 201 is cut and ends in a hash', () => {
    expect(projectKey(`/${'x'.repeat(199)}`)).toBe(`-${'x'.repeat(199)}`);
    expect(projectKey(`/${'x'.repeat(200)}`)).toMatch(/^-x{199}-[0-9a-z]+$/);
    expect(projectKey(`/${'x'.repeat(200)}a`)).not.toBe(projectKey(`/${'x'.repeat(200)}b`));
  });

  test('is composed on macOS only', () => {
    expect(keyOf('/cafe\u0301', 'darwin')).toBe('-caf-');
    expect(keyOf('/cafe\u0301', 'linux')).toBe('-cafe-');
    const long = `/${'cafe\u0301'.repeat(60)}`;
    expect(keyOf(long, 'darwin')).toBe(keyOf(long.normalize('NFC'), 'linux'));
  });

  test('is what the environment says, if the program would take that', () => {
    expect(projectKey('/work', { projectDirName: 'my_project-2' })).toBe('my_project-2');
    for (const ignored of ['', '..', 'a b', 'a/b', 'caf\u00e9', 'x'.repeat(65), 'con', 'LPT1']) {
      expect(projectKey('/work', { projectDirName: ignored })).toBe('-work');
    }
  });

  test.each(inWords(['', 'work', '~/work', '/a\0b']))('is refused for %s', (_, cwd) => {
    expect(() => projectKey(cwd)).toThrow(/^projectKey: cwd is /);
  });

  test('is refused for options that it does not know', () => {
    const thrown: unknown[] = [];
    try {
      projectKey('/work', { projectDirname: 'x' } as object);
    } catch (error) {
      thrown.push(error);
    }
    const [error] = thrown;
    if (!isSharedStateError(error)) throw new Error('it is told as a SharedStateError');
    expect(error.problems).toMatchObject([{ code: 'unknown-option', known: ['projectDirName'] }]);
  });
});
