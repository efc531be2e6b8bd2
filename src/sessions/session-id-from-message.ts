import { isObject } from '../core/json.ts';
import { isValidResumeUUID, type ResumeUUID } from './resume-uuid.ts';

/**
 * What is read of a message of the Agent SDK, or of a line that `claude --output-format stream-json`
 * prints. Every `SDKMessage` is one.
 */
export interface SessionMessage {
  readonly type: string;
  readonly subtype?: string | undefined;
  readonly is_error?: boolean | undefined;
  readonly session_id?: string | undefined;
}

/**
 * Gives the id of the session that a message of the Agent SDK belongs to, so that it can be stored and
 * resumed later.
 *
 * Take it from every message, because it changes in mid-stream: after `/clear` there is a new session
 * with a new id. An error result is passed over: after a resume that failed it carries the id that was
 * asked for. Messages of sub-agents carry the id of their session, and the `new_conversation_id` of a
 * reset is no id of a session. All seen on 2.1.329; on 2.1.197, too, which sends no resets.
 *
 * @param message - A message of the stream. Anything else gives `undefined`.
 * @returns The id, or `undefined` where this message tells none that can be relied on.
 *
 * @example Keep the last one
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { ResumeUUID } from 'claude-shared-state';
 * import { sessionIdFromMessage } from 'claude-shared-state/sessions';
 *
 * // In the place of query({ prompt, options }) of the Agent SDK.
 * const messages = [
 *   { type: 'system', subtype: 'init', session_id: '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e' },
 *   { type: 'result', subtype: 'error_during_execution', is_error: true, session_id: 'asked-for' },
 * ];
 * let id: ResumeUUID | undefined;
 * for (const message of messages) id = sessionIdFromMessage(message) ?? id;
 * assert.equal(id, '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');
 * ```
 */
export function sessionIdFromMessage(message: SessionMessage): ResumeUUID | undefined {
  // Messages come from another process, whatever their type says.
  if (!isObject(message)) return undefined;
  const { type, subtype, is_error, session_id } = message;
  const isErrorResult = type === 'result' && (subtype !== 'success' || is_error === true);
  return !isErrorResult && isValidResumeUUID(session_id) ? session_id : undefined;
}
