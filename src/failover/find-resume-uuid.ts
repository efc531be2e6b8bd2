import type { ResumeUUID } from '../sessions/resume-uuid.ts';
import { lastHint } from './last-hint.ts';

/**
 * Finds the session that Claude Code offered to resume when it last ended, in the text of its terminal.
 *
 * It prints `Resume this session with:` and below it `claude --resume <id>`, both at the begin of a line (seen on
 * 2.1.329 and 2.1.197); the new one puts CLAUDE_CODE_RESUME_HINT_COMMAND in place of `claude`, if that is a plain word.
 * Wrapped lines and control sequences do not hide it; ids anywhere else, in conversations, command lines and outputs of
 * tools, are no offers. A session with a title is offered by that title by 2.1.197, and then there is no id here,
 * whatever was offered before.
 * Whether the program was started again since is not looked at.
 *
 * @param paneText - What the terminal shows, with as much as there is of what has left it at the top.
 * @returns The id in the spelling of the last offer, or `undefined` where that has none, or there is no offer.
 *
 * @example After the exit
 * ```ts
 * import assert from 'node:assert/strict';
 * import { findResumeUUID } from 'claude-shared-state/failover';
 *
 * const paneText = `
 * Resume this session with:
 * claude --resume 0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e
 * $ `;
 * assert.equal(findResumeUUID(paneText), '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');
 * assert.equal(findResumeUUID('$ claude --resume 0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e'), undefined);
 * ```
 */
export function findResumeUUID(paneText: string): ResumeUUID | undefined {
  return lastHint(paneText)?.id;
}
