import { beforeAll, expect, test } from 'vitest';
import { readInstalled } from './support/installed.ts';

let manifest: unknown;

beforeAll(async () => {
  manifest = JSON.parse(await readInstalled('package.json'));
});

test.each(['dependencies', 'optionalDependencies', 'bundleDependencies'])(
  'the package brings along no %s',
  (kind) => {
    expect(manifest).toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty(kind);
  },
);

test('nobody has to install the drivers of the stores', () => {
  const drivers = ['@aws-sdk/client-s3', 'ioredis', 'pg'];
  const optional = Object.fromEntries(drivers.map((driver) => [driver, { optional: true }]));
  expect(manifest).toHaveProperty('peerDependenciesMeta', optional);
  const versions = Object.fromEntries(drivers.map((driver) => [driver, expect.any(String)]));
  expect(manifest).toHaveProperty('peerDependencies', versions);
});

test.each(['preinstall', 'install', 'postinstall', 'prepare'])(
  'the package has no %s script',
  (name) => {
    expect(manifest).toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty(['scripts', name]);
  },
);

test('a bundler is told that importing the package has no side effects', () => {
  expect(manifest).toHaveProperty('sideEffects', false);
});

test('the package promises Node 20', () => {
  expect(manifest).toHaveProperty('engines', { node: '>=20' });
});
