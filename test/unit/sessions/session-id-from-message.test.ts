import { sessionIdFromMessage, type SessionMessage } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { theId } from '../support/session-id.ts';

const other = '11111111-2222-4333-8444-555555555555';

/** What a runner ends up with after a stream. */
function idAfter(messages: readonly SessionMessage[]): string | undefined {
  let id: string | undefined;
  for (const message of messages) id = sessionIdFromMessage(message) ?? id;
  return id;
}

const init = { type: 'system', subtype: 'init', session_id: theId };
const success = { type: 'result', subtype: 'success', is_error: false, session_id: theId };

describe('the id of a session', () => {
  test.each(
    inWords([
      init,
      { type: 'system', subtype: 'hook_started', session_id: theId },
      { type: 'assistant', parent_tool_use_id: null, session_id: theId },
      success,
      { ...success, session_id: theId.toUpperCase() },
    ]),
  )('is taken, in its spelling, from message %s', (_, message) => {
    expect(sessionIdFromMessage(message)).toBe(message.session_id);
  });

  test('follows a change in mid-stream', () => {
    // As 2.1.329 sends them around a /clear.
    const reset = { type: 'conversation_reset', new_conversation_id: 'unused', session_id: theId };
    const cleared = [init, success, reset, { ...init, session_id: other }];
    expect(idAfter(cleared)).toBe(other);
    expect(idAfter(cleared.slice(0, 3))).toBe(theId);
  });

  test.each(['error_during_execution', 'error_max_turns', 'a_new_error'])(
    'is not taken from a result with the subtype %s',
    (subtype) => {
      const failed = { type: 'result', subtype, is_error: true, session_id: other };
      expect(sessionIdFromMessage(failed)).toBeUndefined();
      expect(sessionIdFromMessage({ ...failed, is_error: false })).toBeUndefined();
      expect(idAfter([init, failed])).toBe(theId);
    },
  );

  test('is not taken from a result that is an error in spite of its subtype', () => {
    expect(sessionIdFromMessage({ ...success, is_error: true })).toBeUndefined();
  });

  test.each(
    inWords([undefined, null, 7, 'init', [], {}, { session_id: 7 }, { session_id: 'no id' }]),
  )('is not in message %s', (_, message) => {
    expect(Reflect.apply(sessionIdFromMessage, undefined, [message])).toBeUndefined();
  });
});
