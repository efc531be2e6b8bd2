import { isArray, memberOf } from '../../core/json.ts';
import { DAY_MS } from '../../links/cleanup-period.ts';
import { type QuotaEvidence, SESSION_MS } from './evidence.ts';
import type { QuotaScope } from './patterns.ts';

/** A message about a limit, as it is recognized again. */
export interface SeenMessage {
  readonly session: string;
  /** The limit and its end as the program printed them. */
  readonly text: string;
  /** The prompt that was answered with it. */
  readonly prompt: string;
  /** When the limit ends, if known, in milliseconds since 1970. */
  readonly resetsAt?: number;
}

/** A limit that was detected in a session. */
export interface PendingDetection {
  readonly session: string;
  readonly account: string;
  /** How many polls in a row agree. */
  readonly polls: number;
  /** The time of the last one, in milliseconds since 1970. */
  readonly at: number;
  readonly message: SeenMessage;
  /** What a transcript or a hook reported: it stands until the session goes on. */
  readonly row?: QuotaEvidence;
}

/** A limit that an account has hit. */
export interface AccountLimit {
  readonly account: string;
  readonly scope: QuotaScope;
  /** When it ends, or is taken to end, in milliseconds since 1970. */
  readonly until: number;
  /** Whether nobody said when it ends. */
  readonly isAssumed?: true;
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
  /** For each account and scope, of the limits that it hit, the one that ends last. */
  readonly limits: readonly AccountLimit[];
  /** What the newest turns on the screens say about limits. */
  readonly onScreen: readonly SeenMessage[];
  /** The messages their sessions showed; a resumed session shows them again. */
  readonly seenMessages: readonly SeenMessage[];
  /** When the last swap was reported, in milliseconds since 1970. */
  readonly swappedAt?: number;
  /** In milliseconds since 1970. */
  readonly cooldown?: { readonly since: number; readonly until: number };
}

const initialState: QuotaGateState = {
  version: 1,
  pending: [],
  exhaustedAccounts: [],
  limits: [],
  onScreen: [],
  seenMessages: [],
};

/** Reads a saved state. Members that are not understood are dropped. */
export function readState(state: unknown): QuotaGateState {
  if (memberOf(state, 'version') !== 1) return initialState;
  const account = memberOf(state, 'account');
  const swappedAt = memberOf(state, 'swappedAt');
  const cooldown = memberOf(state, 'cooldown');
  const [since, until] = [memberOf(cooldown, 'since'), memberOf(cooldown, 'until')];
  return {
    version: 1,
    pending: listIn(state, 'pending').filter(isPendingDetection),
    ...(isText(account) ? { account } : {}),
    exhaustedAccounts: listIn(state, 'exhaustedAccounts').filter(isText),
    limits: listIn(state, 'limits').filter(isAccountLimit),
    onScreen: listIn(state, 'onScreen').filter(isSeenMessage),
    seenMessages: listIn(state, 'seenMessages').filter(isSeenMessage),
    ...(isTime(swappedAt) ? { swappedAt } : {}),
    ...(isTime(since) && isTime(until) ? { cooldown: { since, until } } : {}),
  };
}

function listIn(state: unknown, name: string): readonly unknown[] {
  const list = memberOf(state, name);
  return isArray(list) ? list : [];
}

type Check = (value: unknown) => boolean;

/** Whether all members of an object are right; those of `optional` may be missing. */
function fits(
  value: unknown,
  members: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): boolean {
  return (
    Object.entries(members).every(([name, isRight]) => isRight(memberOf(value, name))) &&
    Object.entries(optional).every(([name, isRight]) => {
      const member = memberOf(value, name);
      return member === undefined || isRight(member);
    })
  );
}

const isText = (value: unknown): value is string => typeof value === 'string';
// The times that a Date can hold.
export const MAX_TIME = 8.64e15;
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= MAX_TIME;
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0;
const isScope = (value: unknown) =>
  value === 'seat' || value === 'organization' || value === 'model';
const isReset = (value: unknown) => isText(memberOf(value, 'text'));
const isEvidence = (value: unknown) =>
  fits(
    value,
    { scope: isScope, limit: isText, text: isText, pattern: isText },
    { resets: isReset },
  );
const isSeenMessage = (value: unknown): value is SeenMessage =>
  fits(value, { session: isText, text: isText, prompt: isText }, { resetsAt: isTime });
const isAccountLimit = (value: unknown): value is AccountLimit =>
  fits(
    value,
    { account: isText, scope: isScope, until: isTime },
    { isAssumed: (member) => member === true },
  );
const isPendingDetection = (value: unknown): value is PendingDetection =>
  fits(
    value,
    { session: isText, account: isText, polls: isCount, at: isTime, message: isSeenMessage },
    { row: isEvidence },
  );

/** The message a session shows; `known`: what it showed before. */
export function messageOf(
  session: string,
  { resets, text: excerpt }: QuotaEvidence,
  prompt: string,
  known: readonly SeenMessage[],
): SeenMessage {
  // By its end alone: the same limit is reported in several ways, with a zone and without.
  const text = resets === undefined ? excerpt : resets.text.replace(/ \(.*/, '');
  // A time of day was resolved when it was first seen: by the next day it would mean the next one.
  const isKnown = (seen: SeenMessage) =>
    seen.session === session &&
    seen.text === text &&
    // One that has scrolled away may be the same.
    (seen.prompt === prompt || seen.prompt === '' || prompt === '');
  const first = known.find(isKnown)?.resetsAt;
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
    (seen) => seen.text === message.text && (isInForce(seen, now) || isSame(seen, message)),
  );
}

function isSame(one: SeenMessage, other: SeenMessage): boolean {
  return one.session === other.session && one.prompt === other.prompt;
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
export function seenAfterSwap(
  { seenMessages, pending, onScreen }: QuotaGateState,
  now: number,
): readonly SeenMessage[] {
  const before = seenMessages.filter((seen) => seen.resetsAt === undefined || isInForce(seen, now));
  const shown = onScreen.filter(
    (seen) => !pending.some(({ message }) => message.text === seen.text && isSame(message, seen)),
  );
  return [...before, ...shown, ...pending.map(({ message }) => message)];
}

/**
 * The limits of all accounts after one was confirmed. If nobody says when it ends, a session limit is taken to end in
 * time, others after a day.
 */
export function limitsAfter(
  { limits }: QuotaGateState,
  account: string,
  { limit, scope }: QuotaEvidence,
  resetsAt: number | undefined,
  now: number,
): readonly AccountLimit[] {
  const isKnown = (each: AccountLimit) => each.account === account && each.scope === scope;
  const known = limits.find((each) => isKnown(each) && each.until > now);
  const told = known?.isAssumed === true ? undefined : known;
  if (resetsAt === undefined ? known !== undefined : (told?.until ?? 0) >= resetsAt) return limits;
  const end: Pick<AccountLimit, 'until' | 'isAssumed'> =
    resetsAt === undefined
      ? { until: now + (limit === 'session' ? SESSION_MS : DAY_MS), isAssumed: true }
      : { until: resetsAt };
  return [...limits.filter((each) => !isKnown(each)), { account, scope, ...end }];
}

function isInForce({ resetsAt }: SeenMessage, now: number): boolean {
  return resetsAt !== undefined && resetsAt > now;
}
