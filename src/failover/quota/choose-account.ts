import {
  check,
  date,
  type Kind,
  kind,
  list,
  nonEmptyString,
  object,
  optional,
} from '../../core/options.ts';
import { readState } from './state.ts';

/** An account that could be next. */
export interface AccountCandidate {
  /** As in the observations of `stepQuotaGate`. */
  readonly account: string;
  /** Its organization, such as the `organizationUuid` in its `.claude.json`; accounts of one share its limits. */
  readonly organization?: string | undefined;
  /** The part of its allowance that is left, from 0 to 1, if known. */
  readonly remaining?: number | undefined;
}

/** The account to use. */
export interface AccountChoice {
  readonly account: string;
  /** When it can be used, in ISO 8601: every account is exhausted, and this one is the first to reset. Otherwise undefined. */
  readonly waitUntil: string | undefined;
}

/**
 * Chooses the account to move to, by what the quota gate saw of each.
 *
 * Never one whose limit hasn't been reset, nor one of an organization whose limit was the organization's. Of the others
 * the one with the most left; where that isn't known, the next one in your order after the one in use. One of which only
 * a model is exhausted comes after the others. If all are exhausted, the first to reset, and when. A limit of which
 * nobody says when it ends is taken to end after five hours if it is a session's, and otherwise after a day. Pure.
 *
 * @param state - The state of `stepQuotaGate`, or parsed from its JSON.
 * @param accounts - `{ account, organization, remaining }` of each, at least one, in the order of your preference.
 * @param now - The time.
 * @returns The account, and `waitUntil` if it has to wait.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`.
 *
 * @example Two accounts of one organization, and one of another
 * ```ts
 * import assert from 'node:assert/strict';
 * import { chooseAccount, stepQuotaGate } from 'claude-shared-state/failover';
 *
 * const at = new Date('2026-11-29T13:00:00Z');
 * const input = {
 *   hook_event_name: 'StopFailure',
 *   error: 'rate_limit',
 *   last_assistant_message: "You've hit your org's monthly spend limit · ask your admin for a higher limit",
 * };
 * const step = stepQuotaGate(undefined, { kind: 'hook', session: 'api', account: 'a', at, input });
 * assert.ok(step.verdict === 'swap');
 *
 * const accounts = [
 *   { account: 'a', organization: 'acme' },
 *   { account: 'b', organization: 'acme' },
 *   { account: 'c' },
 * ];
 * assert.deepEqual(chooseAccount(step.state, accounts, at), { account: 'c', waitUntil: undefined });
 * ```
 */
export function chooseAccount(
  state: unknown,
  accounts: readonly AccountCandidate[],
  now: Date,
): AccountChoice {
  const given = check('chooseAccount', schema, { accounts, now });
  const { limits, account: current } = readState(state);
  const time = Number(given.now);
  const from = given.accounts.findIndex(({ account }) => account === current) + 1;
  const inTurn = [...given.accounts.slice(from), ...given.accounts.slice(0, from)];
  const organizationOf = (name: string) =>
    given.accounts.find(({ account }) => account === name)?.organization;
  const candidates = inTurn.map(({ account, organization, remaining = 0 }) => {
    const concerning = limits.filter(
      (limit) =>
        limit.account === account ||
        (limit.scope === 'organization' &&
          organization !== undefined &&
          organization === organizationOf(limit.account)),
    );
    const whole = concerning.filter(({ scope }) => scope !== 'model');
    const lacksModel = concerning.some(({ scope, until }) => scope === 'model' && until > time);
    const until = Math.max(-Infinity, ...whole.map((limit) => limit.until));
    return { account, until, rank: lacksModel ? remaining - 2 : remaining };
  });
  const [best] = candidates
    .filter(({ until }) => until <= time)
    .toSorted((a, b) => b.rank - a.rank);
  if (best !== undefined) return { account: best.account, waitUntil: undefined };
  const [first] = candidates.toSorted((a, b) => a.until - b.until);
  if (first === undefined) throw new Error('no accounts');
  return { account: first.account, waitUntil: new Date(first.until).toISOString() };
}

const part: Kind<number> = /* @__PURE__ */ kind(
  (value): value is number => typeof value === 'number' && value >= 0 && value <= 1,
  'a number from 0 to 1',
);

const schema = /* @__PURE__ */ (() => ({
  accounts: list<AccountCandidate>(
    object({
      account: nonEmptyString,
      organization: optional(nonEmptyString),
      remaining: optional(part),
    }),
    '{ account, organization, remaining }',
    { min: 1 },
  ),
  now: date,
}))();
