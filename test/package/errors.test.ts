import { beforeAll, expect, test } from 'vitest';
import { toldBy } from './support/compiled.ts';

let told: unknown;

beforeAll(async () => {
  told = await toldBy('esm/errors-across-builds.mts');
});

test('an error of the ESM build is recognised by the CJS build, though of another class', () => {
  expect(told).toHaveProperty('esmError', {
    isRecognisedByCjs: true,
    isInstanceOfEsm: true,
    isInstanceOfCjs: false,
  });
});

test('an error of the CJS build is recognised by the ESM build, though of another class', () => {
  expect(told).toHaveProperty('cjsError', {
    isRecognisedByEsm: true,
    isInstanceOfCjs: true,
    isInstanceOfEsm: false,
  });
});

test('an error of somebody else is recognised by neither build', () => {
  expect(told).toHaveProperty('otherError', {
    isRecognisedByEsm: false,
    isRecognisedByCjs: false,
  });
});
