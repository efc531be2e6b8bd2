import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StatusLine, whileWaiting } from '../../../src/cli/ui/progress.ts';
import { paper } from './support/paper.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['is said', 80, 1000, ['\rcounting …\u001B[K', '\r\u001B[K']],
  ['is not worth a word where it is short', 80, 100, []],
  ['is not said in a pipe', undefined, 1000, []],
])('what takes long on a terminal %s', async (_, columns, milliseconds, words) => {
  const { out, written } = paper(columns);
  const counting = new Promise((resolve) => setTimeout(resolve, milliseconds, 'found'));
  const looking = whileWaiting(out, 'counting', counting);

  await vi.advanceTimersByTimeAsync(milliseconds);

  expect(await looking).toBe('found');
  expect(written).toEqual(words);
});

test('it is taken back where the looking fails, too', async () => {
  const { out, written } = paper(80);
  const counting = new Promise((_, reject) => setTimeout(reject, 1000, new Error('exited')));
  const looking = whileWaiting(out, 'counting', counting);

  await Promise.all([expect(looking).rejects.toThrow('exited'), vi.advanceTimersByTimeAsync(1000)]);

  expect(written.at(-1)).toBe('\r\u001B[K');
});

test('the line follows its text, makes room for others, and ends with its timer', async () => {
  const { out, written } = paper(80);
  const status = new StatusLine(out, 'one');
  await vi.advanceTimersByTimeAsync(1000);
  status.text = 'two';
  await vi.advanceTimersByTimeAsync(1000);
  status.erase();
  await vi.advanceTimersByTimeAsync(1000);
  status.end();
  await vi.advanceTimersByTimeAsync(1000);

  const [one, two, erased] = ['\rone\u001B[K', '\rtwo\u001B[K', '\r\u001B[K'];
  expect(written).toEqual([one, two, erased, two, erased]);
  expect(vi.getTimerCount()).toBe(0);
});
