import { readAccount } from '../../homes/account.ts';
import type { LiveSession } from '../../sessions/live-sessions.ts';
import { isDefaultHome } from '../../sessions/program.ts';
import { ownerDialogIn } from '../terminal/owner-dialog.ts';
import type { LaunchRequest } from './options.ts';
import { writeId } from './resume-id.ts';
import type { SessionTerminal } from './session-terminal.ts';

/** The address of the account that is logged in under the target home; empty if it is not known. */
export async function targetAddress(
  { context: { fs } }: SessionTerminal,
  { targetHome: accountHome, defaultAccountHome }: LaunchRequest,
): Promise<string> {
  const isDefault = isDefaultHome({ accountHome, defaultAccountHome });
  return (await readAccount(fs, accountHome, isDefault))?.emailAddress ?? '';
}

/** Whether a session that runs waits for an answer to the question whose it is. */
export async function asksForOwner(
  terminal: SessionTerminal,
  request: LaunchRequest,
  live: LiveSession,
): Promise<boolean> {
  if (live.status !== 'waiting') return false;
  const address = await targetAddress(terminal, request);
  return ownerDialogIn(await terminal.capture(), address) !== undefined;
}

/** A key may be lost while the program starts; but what it does takes a moment to show. */
const LOOKS_PER_KEY = 20;
/** The screen may be half drawn. */
const AGREEING_LOOKS = 2;

/**
 * Answers that question with a copy: one key at a time, as the screen then shows, and only while the dialog is
 * recognized. So it can be started again at every step. Saves the id of the copy, which is a session of its own.
 *
 * The original stays as it is. The process stays the same, and its record gets the new id (2.1.332).
 *
 * @returns The copy; `undefined` if there is none in the time given.
 */
export async function copyOwned(
  terminal: SessionTerminal,
  request: LaunchRequest,
  original: LiveSession,
): Promise<LiveSession | undefined> {
  const { targetHome, resumeTimeoutMs } = request;
  const address = await targetAddress(terminal, request);
  let last = '';
  let agreeing = 0;
  const copy = await terminal.waitFor(resumeTimeoutMs, async () => {
    terminal.requireActive();
    const occupant = await terminal.occupant([targetHome]);
    if (occupant.kind !== 'session') return false;
    const { live } = occupant;
    if (live.sessionId !== original.sessionId) return live.status !== 'waiting' && live;
    const dialog = ownerDialogIn(await terminal.capture(), address);
    if (dialog === undefined) return false;
    const shown = `${dialog.kind} ${dialog.highlighted}`;
    agreeing = shown === last ? agreeing + 1 : 1;
    last = shown;
    if (agreeing % LOOKS_PER_KEY === AGREEING_LOOKS) await terminal.press(dialog.key);
    return false;
  });
  if (copy === false) return undefined;
  await writeId(terminal, copy.sessionId);
  return copy;
}
