import { describe, expect, test } from 'vitest';
import { pageText } from './support/pages.ts';
import { type PublicName, publicSurface } from './support/surface.ts';

const surface = publicSurface();
const readme = pageText('README.md');
const names = new Set(surface.map(({ name }) => name));
const functions = surface.filter(({ isFunction }) => isFunction);

const titled = (all: readonly PublicName[]) => all.map((it) => [it.name, it] as const);
const twinOf = (name: string) => name.replace(/Sync$/, '');
const isTwin = ({ name }: PublicName) => twinOf(name) !== name && names.has(twinOf(name));

test.each(titled(surface))('%s has a doc comment', (_, { summary }) => {
  expect(summary).not.toBe('');
});

describe('in this order are told parameters, result, what is thrown, and an example:', () => {
  test.each(titled(functions.filter((it) => !isTwin(it))))('%s()', (_, { tags, tagsDue }) => {
    expect(tags.map(({ tag }) => tag)).toEqual(tagsDue);
    expect(tags.filter(({ text }) => text.trim() === '')).toEqual([]);
  });
});

test.each(titled(functions.filter(isTwin)))('%s() says whose twin it is', (name, { summary }) => {
  expect(summary).toContain(`{@link ${twinOf(name)}}`);
});

test.each(titled(functions.filter((it) => !isTwin(it))))('the README names %s()', (name) => {
  expect(readme).toMatch(new RegExp(`\`${name}[\`(]`));
});
