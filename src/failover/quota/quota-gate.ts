import type { QuotaEvidence } from './quota-evidence.ts';
import { readMessage } from './quota-message.ts';
import type { QuotaObservation, SwappedObservation } from './quota-observation.ts';
import { gateRules, type GateRules, type QuotaGateOptions } from './quota-options.ts';
import { type QuotaReading, readPane, type VetoEvidence } from './quota-reading.ts';
import { isKnown, knownAfterSwap, knownAfterWork, messageOf } from './quota-known.ts';
import { type QuotaGateState, type QuotaSuspicion, readState } from './quota-state.ts';

/** Why an observation leads to nothing. */
export type QuotaCalm =
  /** The session shows no limit. */
  | 'no-limit'
  /** The message says nothing about how the session stands. */
  | 'no-poll'
  /** The session runs under an account that was swapped away from. */
  | 'left-account'
  /** It shows what was seen before the swap: a resumed session prints its conversation again. */
  | 'seen-before-swap'
  /** The limit that it shows has ended already. */
  | 'already-reset';

/** What a step of the gate comes to: what to do, and what to remember until the next one. */
export type QuotaStep = { readonly state: QuotaGateState } & (
  | { readonly verdict: 'none'; readonly because: QuotaCalm }
  /** A limit was seen, not often enough: `polls` times in a row, of `needed`. */
  | {
      readonly verdict: 'suspected';
      readonly evidence: QuotaEvidence;
      readonly polls: number;
      readonly needed: number;
    }
  /** A limit was seen beside trouble of the server; it does not count. */
  | { readonly verdict: 'vetoed'; readonly evidence: QuotaEvidence; readonly veto: VetoEvidence }
  /** A swap was a short while ago; `until` is in ISO 8601. Without evidence it is the answer to the swap itself. */
  | {
      readonly verdict: 'cooling-down';
      readonly evidence: QuotaEvidence | undefined;
      readonly until: string;
    }
  /** Enough polls agree. It is said again at every poll, until a swap is told or the limit is gone. */
  | { readonly verdict: 'swap'; readonly evidence: QuotaEvidence; readonly polls: number }
);

type OfSession = Exclude<QuotaObservation, SwappedObservation>;

/**
 * Judges whether a session really hit a quota limit, so that a failover swaps accounts for that and nothing else.
 *
 * Four things keep false alarms away. Only what Claude Code itself prints as the end of the newest turn counts, not the
 * same words in a conversation, in the output of a tool or further up. Trouble of the server in the same turn is a
 * veto. Several polls of one session must agree. And after a swap, which is told by an observation of its own, there is
 * a cool-down.
 *
 * It reads and writes nothing. The state is plain JSON, so that a daemon that was killed goes on with it; one that is
 * not understood begins anew. Repeated polls of the same time count once, and a clock that is set back only makes the
 * count begin again. Seen on 2.1.329 and 2.1.197: a session that is resumed under another account shows the limit of
 * the former one again, which does not count against the new one; nor does a limit whose end has passed.
 *
 * So poll every session once more before a swap is told: what they show then is known.
 *
 * One case cannot be told apart on a pane: the program prints an answer of the model that consists of exactly such
 * words as if they were its own. Messages of the Agent SDK do not have that weakness.
 *
 * @param state - The state of the last step, or what was parsed from its JSON; `undefined` to begin.
 * @param observation - What was seen: a pane, a message, or that a swap was done.
 * @param options - The texts that count and that veto, how many polls must agree (2), the cool-down in milliseconds
 * (300,000), and the zone for times that name none.
 * @returns The next state, and the verdict: `none`, `suspected`, `vetoed`, `cooling-down` or `swap`, with the evidence.
 * @throws SharedStateError with `invalid-options`, `unknown-option` or `invalid-option`.
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
  const rules = gateRules(observation, options);
  const before = cooledDown(readState(state), rules);
  return observation.kind === 'swapped'
    ? swapped(before, observation, rules)
    : judge(before, observation, rules);
}

/** The state without a cool-down that is over; a clock that was set back does not make one longer. */
function cooledDown(state: QuotaGateState, { now, cooldownMs }: GateRules): QuotaGateState {
  const { coolDown, ...others } = state;
  if (coolDown === undefined) return state;
  const since = Math.min(coolDown.since, now);
  const until = Math.min(coolDown.until, since + cooldownMs);
  return now < until ? { ...others, coolDown: { since, until } } : others;
}

const MOST_KEPT = 1000;

function swapped(
  state: QuotaGateState,
  { from, to }: SwappedObservation,
  rules: GateRules,
): QuotaStep {
  const { now, cooldownMs } = rules;
  const until = now + cooldownMs;
  return {
    state: {
      version: 1,
      suspicions: [],
      account: to,
      left: [...state.left.filter((it) => it !== from && it !== to), from].slice(-MOST_KEPT),
      known: knownAfterSwap(state, now).slice(-MOST_KEPT),
      coolDown: { since: now, until },
    },
    verdict: 'cooling-down',
    evidence: undefined,
    until: new Date(until).toISOString(),
  };
}

function judge(state: QuotaGateState, seen: OfSession, rules: GateRules): QuotaStep {
  const { session, account } = seen;
  const { now, confirmPolls: needed } = rules;
  if (account !== state.account && state.left.includes(account)) {
    return { state, verdict: 'none', because: 'left-account' };
  }
  const { evidence, veto, poll, prompt } = readingOf(seen, rules);
  const earlier = state.suspicions.find((it) => it.session === session);
  const suspicions = state.suspicions.filter((it) => it !== earlier);
  const calm: QuotaGateState = poll ? { ...state, suspicions } : state;
  if (evidence === undefined) {
    if (!poll) return { state, verdict: 'none', because: 'no-poll' };
    const known = knownAfterWork(state, session, now);
    return { state: { ...calm, known }, verdict: 'none', because: 'no-limit' };
  }
  const message = messageOf(session, evidence, prompt, earlier);
  if (isKnown(state, message, now)) {
    return { state: calm, verdict: 'none', because: 'seen-before-swap' };
  }
  if (message.resetsAt !== undefined && message.resetsAt <= now) {
    return { state: calm, verdict: 'none', because: 'already-reset' };
  }
  if (veto !== undefined) return { state: calm, verdict: 'vetoed', evidence, veto };
  if (state.coolDown !== undefined) {
    const until = new Date(state.coolDown.until).toISOString();
    return { state: calm, verdict: 'cooling-down', evidence, until };
  }
  const agreed = earlier?.account === account ? earlier : undefined;
  if (!poll) return { state, verdict: 'suspected', evidence, polls: agreed?.polls ?? 0, needed };
  const polls = pollsNow(agreed, now);
  const suspicion: QuotaSuspicion = { session, account, polls, at: now, message };
  const next = { ...state, suspicions: [...suspicions, suspicion].slice(-MOST_KEPT) };
  return polls >= needed
    ? { state: next, verdict: 'swap', evidence, polls }
    : { state: next, verdict: 'suspected', evidence, polls, needed };
}

function readingOf(seen: OfSession, rules: GateRules): QuotaReading {
  switch (seen.kind) {
    case 'pane':
      return readPane(seen.text, rules);
    case 'message':
      return readMessage(seen.message, rules);
    default:
      return seen satisfies never;
  }
}

/** A poll of the same time is the same poll; after one of a later time, the clock was set back. */
function pollsNow(agreed: QuotaSuspicion | undefined, now: number): number {
  if (agreed === undefined || now < agreed.at) return 1;
  return now === agreed.at ? agreed.polls : agreed.polls + 1;
}
