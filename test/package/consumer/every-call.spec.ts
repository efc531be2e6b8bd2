import * as disk from 'node:fs';
import { memfs } from 'memfs';
import { everyCall } from './every-call.ts';

// Both jest and vitest have these, among the globals.
declare const test: (name: string, body: () => Promise<void>) => void;
declare const expect: (value: unknown) => {
  toEqual(expected: unknown): void;
  toHaveProperty(name: string, expected: unknown): void;
};

test('every call does in memory what it does on the disk', async () => {
  const onDisk = await everyCall(disk, process.env['ROOT'] ?? '');
  expect(onDisk).toHaveProperty('outcomes', ['done', 'done', 'done', 'done', 'done']);
  expect(await everyCall(memfs().fs, '/world')).toEqual(onDisk);
});
