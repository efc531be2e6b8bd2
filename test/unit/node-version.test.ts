import { expect, test } from 'vitest';

test('these tests run on the Node that was asked for', () => {
  const [major] = process.versions.node.split('.');
  expect(major).toBe(process.env['EXPECTED_NODE'] ?? major);
  expect(Number(major)).toBeGreaterThanOrEqual(20);
});
