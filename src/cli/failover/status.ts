import type { LoopRules, LoopState, SessionState } from './loop.ts';
import { isJsonObject, isText } from '../json.ts';
import type { AccountLimit } from '../../failover/index.ts';
import { hasAll, isNumber, versioned } from './memory.ts';

/** What the daemon says of itself: in `status.json`, at `/status`, and as `failover status`. */
export interface DaemonStatus {
  readonly version: 1;
  readonly pid: number;
  /** ISO 8601, as all times here. */
  readonly startedAt: string;
  /** When this was written. */
  readonly at: string;
  readonly pollMs: number;
  /** The account in use. */
  readonly account?: string | undefined;
  readonly accounts: readonly AccountStatus[];
  readonly sessions: readonly SessionStatus[];
  /** A swap that has sessions left. */
  readonly swap?: { readonly to: string; readonly sessions: readonly string[] } | undefined;
  /** Until when all accounts are exhausted. */
  readonly waitUntil?: string | undefined;
  readonly polls: number;
  /** How often each event has happened since the start. */
  readonly events: Readonly<Record<string, number>>;
}

interface AccountStatus {
  readonly accountHome: string;
  readonly organization?: string | undefined;
  /** When its limit ends, or is taken to end. */
  readonly exhaustedUntil?: string | undefined;
  /** Who is concerned by it. */
  readonly scope?: string | undefined;
}

interface SessionStatus {
  readonly name: string;
  readonly cwd: string;
  readonly state: SessionState;
  readonly accountHome?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** What is known of the process itself. */
export interface DaemonProcess {
  readonly pid: number;
  readonly startedAt: Date;
  readonly polls: number;
  readonly events: Readonly<Record<string, number>>;
}

export function statusOf(
  { account, gate, sessions, swap, waitUntil }: LoopState,
  seen: readonly Pick<SessionStatus, 'name' | 'accountHome' | 'sessionId'>[],
  rules: Pick<LoopRules, 'accounts' | 'pollMs'>,
  { pid, startedAt, polls, events }: DaemonProcess,
  at: Date,
): DaemonStatus {
  const accounts = rules.accounts.map(({ account: accountHome, organization }) => {
    const [limit] = limitsIn(gate)
      .filter((each) => each.account === accountHome && each.until > Number(at))
      .toSorted((one, other) => other.until - one.until);
    const end = limit && {
      exhaustedUntil: new Date(limit.until).toISOString(),
      scope: limit.scope,
    };
    return { accountHome, organization, ...end };
  });
  const known = Object.entries(sessions).map(([name, { cwd, state }]) => {
    const { accountHome, sessionId } = seen.find((each) => each.name === name) ?? {};
    return { name, cwd, state, accountHome, sessionId };
  });
  return {
    version: 1,
    pid,
    startedAt: startedAt.toISOString(),
    at: at.toISOString(),
    pollMs: rules.pollMs,
    account,
    accounts,
    sessions: known,
    swap: swap && { to: swap.to, sessions: swap.names },
    waitUntil,
    polls,
    events,
  };
}

function limitsIn(gate: unknown): readonly AccountLimit[] {
  const limits: unknown = isJsonObject(gate) ? gate['limits'] : undefined;
  return Array.isArray(limits) ? limits.filter(isLimit) : [];
}

const isLimit = (value: unknown): value is AccountLimit =>
  hasAll(value, { account: isText, scope: isText, until: isNumber });

/** The limits alone. */
export function quotaStatusOf({ at, account, accounts, waitUntil }: DaemonStatus) {
  return { at, account, accounts, waitUntil };
}

const secondsOf = (time: string | undefined): number =>
  time === undefined ? 0 : Date.parse(time) / 1000;

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];
const PREFIX = 'claude_failover_';

function metric(
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  samples: readonly Sample[],
): string {
  return [
    `# HELP ${PREFIX}${name} ${help}`,
    `# TYPE ${PREFIX}${name} ${type}`,
    ...samples.map(([labels, value]) => `${PREFIX}${name}${labeled(labels)} ${value}`),
  ].join('\n');
}

const gauge = metric.bind(undefined, 'gauge');
const counter = metric.bind(undefined, 'counter');

/** The status in the text format of Prometheus. */
export function metricsOf(status: DaemonStatus): string {
  const { accounts, sessions, swap, waitUntil, events } = status;
  const all = [
    gauge('start_time_seconds', 'When the daemon started.', [[{}, secondsOf(status.startedAt)]]),
    gauge('last_poll_time_seconds', 'When it looked last.', [[{}, secondsOf(status.at)]]),
    counter('polls_total', 'How often it has looked.', [[{}, status.polls]]),
    gauge(
      'account_in_use',
      'Whether the sessions run under the account.',
      accounts.map(({ accountHome }) => [{ accountHome }, Number(accountHome === status.account)]),
    ),
    gauge(
      'account_exhausted_until_seconds',
      'When the limit of the account ends; 0 without one.',
      accounts.map(({ accountHome, exhaustedUntil }) => [
        { accountHome },
        secondsOf(exhaustedUntil),
      ]),
    ),
    gauge(
      'session_running',
      'Whether the session runs.',
      sessions.map(({ name, state }) => [{ session: name, state }, Number(state === 'running')]),
    ),
    gauge('sessions_left', 'Sessions that a swap has still to move.', [
      [{}, swap?.sessions.length ?? 0],
    ]),
    gauge('waiting_until_seconds', 'Until when all accounts are exhausted; 0 if they are not.', [
      [{}, secondsOf(waitUntil)],
    ]),
    counter(
      'events_total',
      'Events since the start, by name.',
      Object.entries(events).map(([event, count]) => [{ event }, count]),
    ),
  ];
  return `${all.join('\n')}\n`;
}

function labeled(labels: Sample[0]): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${snake(name)}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Reads `status.json`; `undefined` if no daemon of this version has written it. */
export function statusFrom(text: string | undefined): DaemonStatus | undefined {
  const value: unknown = versioned(text);
  return isStatus(value) ? value : undefined;
}

const isStatus = (value: unknown): value is DaemonStatus =>
  hasAll(value, {
    accounts: Array.isArray,
    sessions: Array.isArray,
    at: isText,
    startedAt: isText,
  });
