import type { Tools } from '../tools.ts';

// From `mkdir` to the second attempt it takes the program some milliseconds, on a busy machine some hundred.
const UNTIL_FILLED_MS = 1000;

/**
 * Waits until who has just made a directory anew has put into it what it was made for.
 *
 * What Claude Code cannot append it appends once more after having made the directories; if that fails, too, it drops
 * the record, and tells nobody. So no directory may be taken away right after it was made. Source: Claude Code 2.1.329,
 * which lost a record in 7 of 13 runs in which the directory was taken away at that moment (2.1.197 in none of 7).
 */
export async function letItBeFilled({ pause }: Pick<Tools, 'pause'>): Promise<void> {
  await pause(UNTIL_FILLED_MS);
}
