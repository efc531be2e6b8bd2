import type { QuotaEvidence, QuotaReading, VetoEvidence } from './evidence.ts';
import { readHook, readMessage, readRows } from './message.ts';
import {
  checkGate,
  type GateRules,
  type QuotaGateOptions,
  type QuotaObservation,
  type SessionObservation,
  type SwappedObservation,
  type TranscriptObservation,
} from './options.ts';
import { readPane } from './pane.ts';
import {
  limitsAfter,
  MAX_TIME,
  messageOf,
  type PendingDetection,
  type QuotaGateState,
  readState,
  seenAfterSwap,
  seenAfterWork,
  wasSeen,
} from './state.ts';

/** Why an observation doesn't call for a swap. */
export type NoSwapReason =
  /** The session shows no limit. */
  | 'no-limit'
  /** The message doesn't show the state of the session. */
  | 'no-poll'
  /** The session runs under an account that was swapped away from. */
  | 'exhausted-account'
  /** The message was there before the swap: a resumed session prints its conversation again. */
  | 'seen-before-swap'
  /** The limit has ended. */
  | 'already-reset';

/** The verdict on an observation, and the state for the next step. */
export type QuotaStep = { readonly state: QuotaGateState } & (
  | { readonly verdict: 'none'; readonly reason: NoSwapReason }
  /** A limit was detected, but not often enough: `polls` times in a row, of `needed`. */
  | {
      readonly verdict: 'suspected';
      readonly evidence: QuotaEvidence;
      readonly polls: number;
      readonly needed: number;
    }
  /** A limit was detected together with server trouble; it doesn't count. */
  | { readonly verdict: 'vetoed'; readonly evidence: QuotaEvidence; readonly veto: VetoEvidence }
  /** The last swap was a short time ago; `until` is in ISO 8601. `evidence` is undefined in the step of the swap. */
  | {
      readonly verdict: 'cooling-down';
      readonly evidence: QuotaEvidence | undefined;
      readonly until: string;
    }
  /** Enough polls agree, or a record of the program says it. Repeated at every poll until you report a swap or the limit is gone. */
  | { readonly verdict: 'swap'; readonly evidence: QuotaEvidence; readonly polls: number }
);

/**
 * Decides whether a session really hit a quota limit, so that a failover swaps accounts for nothing else.
 *
 * Four rules prevent false alarms. Only what Claude Code itself prints at the end of the newest turn counts, not the
 * same text in a conversation, in tool output or further up. Server trouble in the same turn is a veto. Several polls
 * of one session must agree. After a swap, which you report as an observation, there is a cooldown.
 *
 * Pure: it reads and writes nothing. The state is plain JSON, so a daemon that was killed continues with it; a state
 * that isn't understood starts over. Polls of the same time count once; a clock that is set back restarts the count.
 * A session that is resumed under another account shows the old limit again (2.1.197 and 2.1.329), which doesn't
 * count against the new account; nor does a limit that has ended. So poll every session once more before you report
 * a swap.
 *
 * One false alarm remains: on a pane, an answer of the model that consists of exactly such a text looks like the
 * program's own. Messages of the Agent SDK don't have this weakness.
 *
 * @param state - The state of the last step, or parsed from its JSON; `undefined` at the start.
 * @param observation - What was seen: a pane, a message, or a swap.
 * @param options - The texts that count and that veto, the number of polls that must agree (2), the cooldown in
 * milliseconds (300,000), and the time zone for times without one.
 * @returns The next state and the verdict: `none`, `suspected`, `vetoed`, `cooling-down` or `swap`, with the evidence.
 * @throws SharedStateError with `invalid-argument` or `unknown-option`.
 *
 * @example Two polls that agree
 * ```ts
 * import assert from 'node:assert/strict';
 * import { stepQuotaGate } from 'claude-shared-state/failover';
 *
 * const text = `❯ go on
 *   ⎿  You've hit your weekly limit · resets Nov 25, 4:50am (Europe/Paris)
 *
 * ────────────────────────────────────────
 * ❯
 * ────────────────────────────────────────
 *   ? for shortcuts`;
 * const seen = { kind: 'pane', session: 'build', account: 'a@example.org', text } as const;
 *
 * const first = stepQuotaGate(undefined, { ...seen, at: new Date('2026-11-21T20:00:00Z') });
 * assert.equal(first.verdict, 'suspected');
 * const saved = JSON.stringify(first.state);
 * const second = stepQuotaGate(JSON.parse(saved), { ...seen, at: new Date('2026-11-21T20:01:00Z') });
 * assert.ok(second.verdict === 'swap');
 * assert.equal(second.evidence.limit, 'weekly');
 * assert.equal(second.evidence.resets?.at, '2026-11-25T03:50:00.000Z');
 * ```
 */
export function stepQuotaGate(
  state: unknown,
  observation: QuotaObservation,
  options: QuotaGateOptions = {},
): QuotaStep {
  const rules = checkGate(observation, options);
  const before = atTheTime(readState(state), rules);
  return observation.kind === 'swapped'
    ? stepAfterSwap(before, observation, rules)
    : stepAfterLook(before, observation, rules);
}

/** A state without what has ended. A clock that was set back doesn't make a cooldown longer, or new rows older than the swap. */
function atTheTime(state: QuotaGateState, { now, cooldownMs }: GateRules): QuotaGateState {
  const { cooldown, swappedAt, ...rest } = state;
  const others = swappedAt === undefined || swappedAt > now ? rest : { ...rest, swappedAt };
  if (cooldown === undefined) return others;
  const since = Math.min(cooldown.since, now);
  const until = Math.min(cooldown.until, since + cooldownMs);
  return now < until ? { ...others, cooldown: { since, until } } : others;
}

const MAX_KEPT = 1000;

function stepAfterSwap(
  state: QuotaGateState,
  { from, to }: SwappedObservation,
  { now, cooldownMs }: GateRules,
): QuotaStep {
  const until = Math.min(now + cooldownMs, MAX_TIME);
  const exhausted = state.exhaustedAccounts.filter((account) => account !== from && account !== to);
  return {
    state: {
      version: 1,
      pending: [],
      account: to,
      exhaustedAccounts: [...exhausted, from].slice(-MAX_KEPT),
      limits: state.limits.filter(({ account }) => account !== to),
      onScreen: [],
      seenMessages: seenAfterSwap(state, now).slice(-MAX_KEPT),
      swappedAt: now,
      cooldown: { since: now, until },
    },
    verdict: 'cooling-down',
    evidence: undefined,
    until: new Date(until).toISOString(),
  };
}

function stepAfterLook(
  state: QuotaGateState,
  observation: SessionObservation,
  rules: GateRules,
): QuotaStep {
  const { session, account } = observation;
  const { now, confirmPolls: needed } = rules;
  const reading = read(observation, rules, state.swappedAt);
  const earlier = state.pending.find((detection) => detection.session === session);
  const agreeing = earlier?.account === account ? earlier : undefined;
  // A screen may hide a limit that is in the transcript.
  const standing = reading.poll && observation.kind !== 'pane' ? undefined : agreeing?.row;
  const evidence = standing ?? reading.evidence;
  const isRecord = standing !== undefined || reading.isRecord;
  if (!isRecord && isLeft(state, account, now)) {
    return { state, verdict: 'none', reason: 'exhausted-account' };
  }
  const poll = reading.poll || standing !== undefined;
  const pending = state.pending.filter((detection) => detection !== earlier);
  const looked = { ...state, onScreen: onScreenAfter(state, observation, reading) };
  const cleared: QuotaGateState = poll ? { ...looked, pending } : looked;
  if (evidence === undefined) {
    if (!poll) return { state: looked, verdict: 'none', reason: 'no-poll' };
    const seenMessages = seenAfterWork(state, session, now);
    return { state: { ...cleared, seenMessages }, verdict: 'none', reason: 'no-limit' };
  }
  // A record is resolved at its own time, and needs no earlier look.
  const looks = [...(earlier === undefined ? [] : [earlier.message]), ...state.onScreen];
  const before = isRecord ? [] : looks;
  const message = messageOf(session, evidence, reading.prompt, before);
  if (!isRecord && wasSeen(state, message, now)) {
    return { state: cleared, verdict: 'none', reason: 'seen-before-swap' };
  }
  if (message.resetsAt !== undefined && message.resetsAt <= now) {
    return { state: cleared, verdict: 'none', reason: 'already-reset' };
  }
  const veto = standing === undefined ? reading.veto : undefined;
  if (veto !== undefined) return { state: cleared, verdict: 'vetoed', evidence, veto };
  const row = isRecord ? { row: evidence } : {};
  const polls = isRecord ? needed : countPolls(agreeing, now);
  const detection: PendingDetection = { session, account, polls, at: now, message, ...row };
  const counted = { ...looked, pending: [...pending, detection].slice(-MAX_KEPT) };
  const limits = limitsAfter(state, account, evidence, message.resetsAt, now).slice(-MAX_KEPT);
  if (state.cooldown !== undefined) {
    const until = new Date(state.cooldown.until).toISOString();
    const next = isRecord ? { ...counted, limits } : cleared;
    return { state: next, verdict: 'cooling-down', evidence, until };
  }
  if (!poll) {
    return { state: looked, verdict: 'suspected', evidence, polls: agreeing?.polls ?? 0, needed };
  }
  return polls >= needed
    ? { state: { ...counted, limits }, verdict: 'swap', evidence, polls }
    : { state: counted, verdict: 'suspected', evidence, polls, needed };
}

/** Whether an account was swapped away from, and its limit hasn't ended, as far as known. */
function isLeft(
  { account: current, exhaustedAccounts, limits }: QuotaGateState,
  account: string,
  now: number,
): boolean {
  if (account === current || !exhaustedAccounts.includes(account)) return false;
  const known = limits.filter((each) => each.account === account && each.scope !== 'model');
  return known.length === 0 || known.some(({ until }) => until > now);
}

/** What the screens say about limits, after a look at one of them. */
function onScreenAfter(
  { onScreen }: QuotaGateState,
  { kind, session }: SessionObservation,
  { shown, prompt }: QuotaReading,
): QuotaGateState['onScreen'] {
  if (kind !== 'pane') return onScreen;
  const messages = shown.map((evidence) => messageOf(session, evidence, prompt, onScreen));
  return [...onScreen.filter((seen) => seen.session !== session), ...messages].slice(-MAX_KEPT);
}

function read(
  observation: SessionObservation,
  rules: GateRules,
  swappedAt: number | undefined,
): QuotaReading {
  switch (observation.kind) {
    case 'pane':
      return readPane(observation.text, rules);
    case 'message':
      return readMessage(observation.message, rules);
    case 'transcript':
      return readRows(observation.rows, rules, startOf(observation, rules) ?? swappedAt);
    case 'hook':
      return readHook(observation.input, rules);
    default:
      return observation satisfies never;
  }
}

/** Since when rows count. One that is to come tells nothing: the clock was set back. */
function startOf({ startedAt }: TranscriptObservation, { now }: GateRules): number | undefined {
  const start = Number(startedAt ?? Number.NaN);
  return start <= now ? start : undefined;
}

/** A poll of the same time is the same poll; an earlier time means that the clock was set back. */
function countPolls(agreeing: PendingDetection | undefined, now: number): number {
  if (agreeing === undefined || now < agreeing.at) return 1;
  return now === agreeing.at ? agreeing.polls : agreeing.polls + 1;
}
