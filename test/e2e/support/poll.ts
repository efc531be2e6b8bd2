import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/** Waits until something holds; gives up with what was seen last. */
export async function pollUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seen: () => string | Promise<string>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) {
      throw new Error(`Waited ${patienceMs} ms in vain: ${what}. Seen last:\n${await seen()}`);
    }
    await delay(PAUSE_MS);
  }
}
