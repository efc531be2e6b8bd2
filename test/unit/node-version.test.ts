import { expect, test } from 'vitest';

test('these tests run on the Node that was asked for', () => {
  const expected = process.env['EXPECTED_NODE'] ?? process.version;
  expect(process.version).toBe(expected);
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(20);
});
