import type { Page } from './page.ts';

const PATIENCE = 400;

/** Says on a terminal what takes long, and takes it back when it is over. */
export async function whileLooking<Value>(
  notes: Page,
  what: string,
  looking: Promise<Value>,
): Promise<Value> {
  if (!notes.hasCursor) return await looking;
  const said = { isThere: false };
  const timer = setTimeout(() => {
    said.isThere = true;
    notes.write(notes.paint.dim(`${what} ${notes.symbols.dots}`));
  }, PATIENCE);
  try {
    return await looking;
  } finally {
    clearTimeout(timer);
    if (said.isThere) notes.write('\r\u001B[K');
  }
}
