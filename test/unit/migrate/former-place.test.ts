import { describe, expect, test } from 'vitest';
import { formerPlaceOf } from '../../../src/migrate/retire/former-place.ts';

describe('where an original belongs', () => {
  test.each([
    ['projects/-app/x', 'projects', ['-app/x']],
    ['recreated-2-projects/-app/x', 'projects', ['-app/x']],
    ['displaced/projects/home/12/-app/x', 'projects', ['-app/x']],
    ['displaced/projects/target/0/x~0123456789abcdef', 'projects', ['x~0123456789abcdef', 'x']],
  ])('is told by %s', (path, name, paths) => {
    expect(formerPlaceOf(path)).toEqual({ name, paths });
  });

  test.each([
    'x',
    'displaced',
    'displaced/projects',
    'displaced/projects/elsewhere/12/x',
    'displaced/projects/home/twelve/x',
    'displaced/projects/home',
    'displaced/projects/home/12',
  ])('is nowhere for %s, which no run puts there', (path) => {
    expect(formerPlaceOf(path)).toBeUndefined();
  });
});
