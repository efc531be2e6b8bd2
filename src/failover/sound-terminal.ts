import { isArray } from '../core/json.ts';
import type { Terminal } from './terminal.ts';

/** The terminal of a caller, whose calls reject where they give what no terminal gives: it may not be typed. */
export function soundTerminal(terminal: Terminal): Terminal {
  return {
    capture: async (session) => {
      const text: unknown = await terminal.capture(session);
      return typeof text === 'string' ? text : refuse('capture', 'a text');
    },
    type: async (session, text) => await terminal.type(session, text),
    press: async (session, key) => await terminal.press(session, key),
    processIds: async (session) => {
      const pids: unknown = await terminal.processIds(session);
      return isArray(pids) && pids.every(isPid) ? pids : refuse('processIds', 'process ids');
    },
    isAtShell: async (session) => {
      const answer: unknown = await terminal.isAtShell(session);
      return typeof answer === 'boolean' ? answer : refuse('isAtShell', 'true or false');
    },
    signal: async (session, pid, signal) => await terminal.signal(session, pid, signal),
  };
}

function isPid(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function refuse(call: string, expected: string): never {
  throw new TypeError(`${call} of the terminal did not give ${expected}`);
}
