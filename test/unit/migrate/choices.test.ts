import { describe, expect, test } from 'vitest';
import { choiceFor, noChoices } from '../../../src/migrate/absorb/decide.ts';

const file = '/home/me/.claude/projects/-app/memory/notes.md';

describe('a choice', () => {
  test('of a file is for that file', () => {
    expect(choiceFor({ shared: [file], home: [] }, [file])).toBe('shared');
    expect(choiceFor({ shared: [], home: [file] }, [file])).toBe('home');
  });

  test('of a directory is for everything in it', () => {
    for (const directory of ['/home/me/.claude/projects/-app', '/home/me/.claude/', '/']) {
      expect([directory, choiceFor({ shared: [directory], home: [] }, [file])]).toEqual([
        directory,
        'shared',
      ]);
    }
  });

  test('is for any spelling of a path', () => {
    const choices = { shared: [], home: ['/mnt/me/.claude/projects/-app'] };
    const other = '/mnt/me/.claude/projects/-app/memory/notes.md';
    expect(choiceFor(choices, [file, other])).toBe('home');
    expect(choiceFor(choices, [file])).toBeUndefined();
  });

  test('is spelled with or without dots and separators at its end', () => {
    for (const spelled of [`${file}/`, '/home/me/./.claude/x/../projects/-app/memory/notes.md']) {
      expect(choiceFor({ shared: [spelled], home: [] }, [file])).toBe('shared');
    }
  });

  test('is not for what only begins with the same letters, nor for what is above it', () => {
    const choices = { shared: [file.slice(0, -1)], home: [`${file}/below`] };
    expect(choiceFor(choices, [file])).toBeUndefined();
  });

  test('of the home counts if both sides were chosen', () => {
    expect(choiceFor({ shared: [file], home: ['/home/me/.claude'] }, [file])).toBe('home');
  });

  test('is none if nothing was chosen', () => {
    expect(choiceFor(noChoices, [file])).toBeUndefined();
  });
});
