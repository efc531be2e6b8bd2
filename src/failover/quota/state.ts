import { isArray, memberOf } from '../../core/json.ts';
import type { QuotaEvidence } from './evidence.ts';

/** A message about a limit, as it is recognised again. */
export interface SeenMessage {
  readonly session: string;
  /** The limit and its end as the program printed them. */
  readonly text: string;
  /** The prompt that was answered with it. */
  readonly prompt: string;
  /** When the limit ends, if known, in milliseconds since 1970. */
  readonly resetsAt?: number;
}

/** A limit that the last poll of a session detected. */
export interface PendingDetection {
  readonly session: string;
  readonly account: string;
  /** How many polls in a row agree. */
  readonly polls: number;
  /** The time of the last one, in milliseconds since 1970. */
  readonly at: number;
  readonly message: SeenMessage;
}

/**
 * What the gate remembers between two steps: plain JSON, to be written to a file and read back. Don't depend on its
 * members: another version may have others.
 */
export interface QuotaGateState {
  readonly version: 1;
  readonly pending: readonly PendingDetection[];
  /** The account in use since the last swap. */
  readonly account?: string;
  /** The accounts that were swapped away from, oldest first. */
  readonly exhaustedAccounts: readonly string[];
  /** The messages their sessions showed; a resumed session shows them again. */
  readonly seenMessages: readonly SeenMessage[];
  /** In milliseconds since 1970. */
  readonly cooldown?: { readonly since: number; readonly until: number };
}

const initialState: QuotaGateState = {
  version: 1,
  pending: [],
  exhaustedAccounts: [],
  seenMessages: [],
};

/** Reads a saved state. Members that are not understood are dropped. */
export function readState(state: unknown): QuotaGateState {
  if (memberOf(state, 'version') !== 1) return initialState;
  const account = memberOf(state, 'account');
  const cooldown = memberOf(state, 'cooldown');
  const [since, until] = [memberOf(cooldown, 'since'), memberOf(cooldown, 'until')];
  return {
    version: 1,
    pending: listIn(state, 'pending').filter(isPendingDetection),
    ...(isText(account) ? { account } : {}),
    exhaustedAccounts: listIn(state, 'exhaustedAccounts').filter(isText),
    seenMessages: listIn(state, 'seenMessages').filter(isSeenMessage),
    ...(isTime(since) && isTime(until) ? { cooldown: { since, until } } : {}),
  };
}

function listIn(state: unknown, name: string): readonly unknown[] {
  const list = memberOf(state, name);
  return isArray(list) ? list : [];
}

function isPendingDetection(value: unknown): value is PendingDetection {
  const polls = memberOf(value, 'polls');
  return (
    isText(memberOf(value, 'session')) &&
    isText(memberOf(value, 'account')) &&
    Number.isSafeInteger(polls) &&
    Number(polls) > 0 &&
    isTime(memberOf(value, 'at')) &&
    isSeenMessage(memberOf(value, 'message'))
  );
}

function isSeenMessage(value: unknown): value is SeenMessage {
  const resetsAt = memberOf(value, 'resetsAt');
  return (
    isText(memberOf(value, 'session')) &&
    isText(memberOf(value, 'text')) &&
    isText(memberOf(value, 'prompt')) &&
    (resetsAt === undefined || isTime(resetsAt))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

// The times that a Date can hold.
const MAX_TIME = 8.64e15;

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MAX_TIME;
}

/** The message a session shows. */
export function messageOf(
  session: string,
  { limit, model, resets, text: excerpt }: QuotaEvidence,
  prompt: string,
  earlier: PendingDetection | undefined,
): SeenMessage {
  const text = resets === undefined ? excerpt : [limit, model ?? '', resets.text].join(' ');
  // A time of day was resolved when it was first seen: by the next day it would mean the next one.
  const first = earlier?.message.text === text ? earlier.message.resetsAt : undefined;
  const resetsAt = first ?? (resets?.at === undefined ? undefined : Date.parse(resets.at));
  return { session, text, prompt, ...(resetsAt === undefined ? {} : { resetsAt }) };
}

/**
 * Whether a message was already there before a swap. If its limit is still in force, any session may show it; if not,
 * the session and the prompt must be the same.
 */
export function wasSeen(
  { seenMessages }: QuotaGateState,
  message: SeenMessage,
  now: number,
): boolean {
  return seenMessages.some(
    (seen) =>
      seen.text === message.text &&
      (isInForce(seen, now) ||
        (seen.session === message.session && seen.prompt === message.prompt)),
  );
}

// No session has this name.
const ANY_SESSION = '';

/** The messages to remember after a session went on: the same text would be news in it unless the limit is in force. */
export function seenAfterWork({ seenMessages }: QuotaGateState, session: string, now: number) {
  return seenMessages
    .filter((seen) => seen.session !== session || isInForce(seen, now))
    .map((seen) => (seen.session === session ? { ...seen, session: ANY_SESSION } : seen));
}

/** The messages to remember after a swap. */
export function seenAfterSwap({ seenMessages, pending }: QuotaGateState, now: number) {
  const before = seenMessages.filter((seen) => seen.resetsAt === undefined || isInForce(seen, now));
  return [...before, ...pending.map(({ message }) => message)];
}

function isInForce({ resetsAt }: SeenMessage, now: number): boolean {
  return resetsAt !== undefined && resetsAt > now;
}
