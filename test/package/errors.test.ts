import { beforeAll, expect, test } from 'vitest';
import { toldBy } from './support/compiled.ts';

let told: unknown;

beforeAll(async () => {
  told = await toldBy('esm/errors-across-builds.mts');
});

test('an error of the ESM build is recognized by the CJS build, though of another class', () => {
  expect(told).toHaveProperty('esmError', {
    isRecognizedByCjs: true,
    isInstanceOfEsm: true,
    isInstanceOfCjs: false,
  });
});

test('an error of the CJS build is recognized by the ESM build, though of another class', () => {
  expect(told).toHaveProperty('cjsError', {
    isRecognizedByEsm: true,
    isInstanceOfCjs: true,
    isInstanceOfEsm: false,
  });
});

test('an error of somebody else is recognized by neither build', () => {
  expect(told).toHaveProperty('otherError', {
    isRecognizedByEsm: false,
    isRecognizedByCjs: false,
  });
});
