import { isArray } from '../../core/json.ts';
import { memberOf } from '../../core/json.ts';

/** A session in which the last poll saw a limit. */
export interface QuotaSuspicion {
  readonly session: string;
  readonly account: string;
  /** How many polls in a row agree. */
  readonly polls: number;
  /** The time of the last of them, in milliseconds since the epoch, like all times here. */
  readonly at: number;
  readonly message: KnownMessage;
}

/** What identifies a message about a limit. */
export interface KnownMessage {
  readonly session: string;
  /** The limit and its end as they are printed. */
  readonly words: string;
  /** The prompt that was answered so. */
  readonly prompt: string;
  /** When the limit ends, where that could be read. */
  readonly resetsAt?: number;
}

/**
 * What a gate remembers between two steps: plain JSON, to be written to a file and read back. Do not build on what is
 * in it: another version may hold other things.
 */
export interface QuotaGateState {
  readonly version: 1;
  readonly suspicions: readonly QuotaSuspicion[];
  /** The account in use since the last swap. */
  readonly account?: string;
  /** Accounts that were swapped away from, the last one last. */
  readonly left: readonly string[];
  /** What their sessions showed; a resumed session shows it again. */
  readonly known: readonly KnownMessage[];
  readonly coolDown?: { readonly since: number; readonly until: number };
}

const newState: QuotaGateState = { version: 1, suspicions: [], left: [], known: [] };

/** Takes a state from outside: one that is not understood begins anew. */
export function readState(state: unknown): QuotaGateState {
  if (memberOf(state, 'version') !== 1) return newState;
  const account = memberOf(state, 'account');
  const coolDown = memberOf(state, 'coolDown');
  const since = memberOf(coolDown, 'since');
  const until = memberOf(coolDown, 'until');
  return {
    version: 1,
    suspicions: itemsOf(state, 'suspicions').filter(isSuspicion),
    ...(typeof account === 'string' ? { account } : {}),
    left: itemsOf(state, 'left').filter((it) => typeof it === 'string'),
    known: itemsOf(state, 'known').filter(isKnownMessage),
    ...(isTime(since) && isTime(until) ? { coolDown: { since, until } } : {}),
  };
}

function itemsOf(state: unknown, name: string): readonly unknown[] {
  const items = memberOf(state, name);
  return isArray(items) ? items : [];
}

function isSuspicion(value: unknown): value is QuotaSuspicion {
  const polls = memberOf(value, 'polls');
  return (
    typeof memberOf(value, 'session') === 'string' &&
    typeof memberOf(value, 'account') === 'string' &&
    Number.isSafeInteger(polls) &&
    Number(polls) > 0 &&
    isTime(memberOf(value, 'at')) &&
    isKnownMessage(memberOf(value, 'message'))
  );
}

function isKnownMessage(value: unknown): value is KnownMessage {
  const resetsAt = memberOf(value, 'resetsAt');
  return (
    typeof memberOf(value, 'session') === 'string' &&
    typeof memberOf(value, 'words') === 'string' &&
    typeof memberOf(value, 'prompt') === 'string' &&
    (resetsAt === undefined || isTime(resetsAt))
  );
}

// The times that a Date can hold.
const LAST_TIME = 8.64e15;

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_TIME;
}
