import { describe, expect, inject, test } from 'vitest';
import { moduleSystems, typeErrorsIn } from './support/compiled.ts';

describe.each(moduleSystems)('to a strict %s consumer', (folder) => {
  test('node:fs, its promises and memfs are file systems without a cast', () => {
    expect(typeErrorsIn(`${folder}/accepted-file-systems.ts`)).toEqual([]);
  });

  test('five reading functions are enough to inspect, and too little to validate', () => {
    expect(typeErrorsIn(`${folder}/read-only-file-system.ts`)).toEqual([]);
  });

  test('a ResumeUUID is a text, and a text is no ResumeUUID', () => {
    expect(typeErrorsIn(`${folder}/resume-uuid.ts`)).toEqual([]);
  });

  test('problems narrow by code, remedies are closed, errors recognized', () => {
    expect(typeErrorsIn(`${folder}/problems.ts`)).toEqual([]);
  });

  test('required lists, reports, errors and problems are readonly', () => {
    expect(typeErrorsIn(`${folder}/readonly.ts`)).toEqual([]);
  });

  test('no exported type is or holds any', () => {
    expect(typeErrorsIn(`${folder}/nothing-is-any.ts`)).toEqual([]);
  });
});

test('nothing else fails to compile, the declarations of the package included', () => {
  expect(inject('typeErrors')).toBe('');
});
