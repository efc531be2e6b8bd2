import {
  chooseAccount,
  type FailoverProblem,
  type QuotaStep,
  type RelaunchedSession,
  type RelaunchReport,
  stepQuotaGate,
  type SwapReport,
} from '../../failover/index.ts';
import type { DaemonEvent } from './events.ts';

/*
 * What the daemon decides, apart from what it does: pure functions over a state that is plain JSON. `step` compares
 * what is with what should be, and names at most one call; `afterSwap` and `afterRelaunch` take in how it went. So a
 * daemon that was killed at any moment goes on by looking again.
 */

/**
 * `ended`: at its shell, and it ended by itself. `killed`: at its shell, and its record was left behind. `missing`: it
 * has no terminal. `busy`: something without a session record runs in its terminal.
 */
export type SessionState = 'running' | 'ended' | 'killed' | 'missing' | 'busy';

/** What was seen of one session. */
export interface Sighting {
  readonly name: string;
  readonly cwd: string;
  readonly state: SessionState;
  /** Under which it runs. */
  readonly accountHome?: string | undefined;
  readonly sessionId?: string | undefined;
  /** When its process started. */
  readonly startedAt?: Date | undefined;
  /** New rows of its transcript. */
  readonly rows?: readonly unknown[] | undefined;
  /** Its screen. */
  readonly text?: string | undefined;
  /** Why it could not be looked at. */
  readonly problems?: readonly FailoverProblem[] | undefined;
}

/** What was seen of all sessions at one time. */
export interface Look {
  readonly at: Date;
  /** What tells the server of the terminals from another one; `undefined` if none runs. */
  readonly server?: string | undefined;
  /** Whether it is the one of the look before: a server that dies takes all terminals along. */
  readonly isSameServer: boolean;
  readonly sightings: readonly Sighting[];
  /** What of their transcripts could not be read. */
  readonly unreadable?: readonly string[] | undefined;
}

/** When something that failed is tried again. */
interface Retry {
  readonly failures: number;
  /** In milliseconds since 1970. */
  readonly retryAt: number;
}

/** What is known of a session. */
export interface Tracked extends Retry {
  readonly cwd: string;
  readonly state: SessionState;
  /** Whether it ended by itself, or never ran: nobody wants it back. */
  readonly isOver: boolean;
  /** Whether a swap has stopped it, and it has not been seen to run since. */
  readonly wasStopped: boolean;
  /** Whether its terminal went together with all others. */
  readonly isLost: boolean;
  /** What was said of its limit last. */
  readonly said?: string | undefined;
}

/** A swap that was begun, and has sessions left. */
interface PendingSwap extends Retry {
  readonly from: string;
  readonly to: string;
  readonly names: readonly string[];
  /** Whether a session was moved, and the gate knows. */
  readonly hasMoved: boolean;
}

/** What `failover swap` and the daemon write down of a swap before it begins, so that either of them can continue it. */
export interface SwapNote extends PendingSwap {
  /** The directory of each session. */
  readonly cwds: Readonly<Record<string, string>>;
  /** The panes of those whose pane was named. */
  readonly panes: Readonly<Record<string, string>>;
}

/** What the daemon remembers. */
export interface LoopState {
  /** The account in use, as far as known. */
  readonly account?: string | undefined;
  readonly gate?: unknown;
  /** What told the server of the terminals from another one. */
  readonly server?: string | undefined;
  readonly sessions: Readonly<Record<string, Tracked>>;
  readonly swap?: PendingSwap | undefined;
  /** Accounts that could not take the sessions, and until when they are not tried again. */
  readonly avoided: Readonly<Record<string, number>>;
  /** Until when all accounts are exhausted, in ISO 8601. */
  readonly waitUntil?: string | undefined;
}

const fresh = { failures: 0, retryAt: 0, wasStopped: false, isLost: false };
export const beginning = { failures: 0, retryAt: 0, hasMoved: false };

/** What the daemon was told to do. */
export interface LoopRules {
  /** In the order of preference. */
  readonly accounts: readonly {
    readonly account: string;
    readonly organization?: string | undefined;
  }[];
  /** `round-robin`: the next one after the account in use. `in-order`: the first that can be used. */
  readonly next: 'round-robin' | 'in-order';
  readonly pollMs: number;
  readonly cooldownMs: number;
  /** Of the machine, for times on screens. */
  readonly timeZone?: string | undefined;
  readonly whenExhausted: 'wait' | 'stop';
  /** Whether sessions are those that are found, and not those that were named. */
  readonly isDiscovering: boolean;
}

/** The one call to make now; `open`: the terminals to make first. */
export type LoopCall =
  | ({ readonly kind: 'swap'; readonly from: string; readonly to: string } & Concerned)
  | ({ readonly kind: 'relaunch'; readonly account: string } & Concerned)
  | { readonly kind: 'stop' };

interface Concerned {
  readonly names: readonly string[];
  readonly open: readonly string[];
}

interface Settled {
  readonly state: LoopState;
  readonly events: readonly DaemonEvent[];
}

/** Decides what to do after a look; `blocked`: why nothing is done about a limit. */
export function step(
  remembered: LoopState,
  look: Look,
  rules: LoopRules,
): Settled & { readonly call?: LoopCall; readonly blocked?: string } {
  const now = Number(look.at);
  const isKnownHome = rules.accounts.some(({ account }) => account === remembered.swap?.to);
  const before = isKnownHome ? remembered : { ...remembered, swap: undefined };
  const events: DaemonEvent[] = [];
  const sessions = track(before, look, rules, events);
  const watched = look.sightings.filter(({ name }) => Object.hasOwn(sessions, name));
  const account = currentAccount(before, watched, rules);
  let gate = before.gate;
  if (before.account !== undefined && account !== before.account) {
    const [from, to] = [before.account, account];
    const { cooldownMs } = rules;
    gate = stepQuotaGate(gate, { kind: 'swapped', from, to, at: look.at }, { cooldownMs }).state;
    events.push({ event: 'account-changed', text: `the sessions run under ${to} now`, from, to });
  }
  const quota = watchLimits({ ...before, gate, sessions }, watched, look.at, rules, events);
  const { exhausted } = quota;
  // Before anything has run, any account may be the one.
  const isKnown = before.account !== undefined || watched.some((each) => each.state === 'running');
  const { server } = look;
  const inUse = isKnown ? account : undefined;
  const state: LoopState = { ...before, ...quota.state, server, account: inUse };
  const isMoving = state.swap !== undefined && state.swap.to !== account;
  // Sessions may have been left behind under an account that isn't in use.
  const elsewhere = state.swap === undefined ? [...exhausted][0] : undefined;
  const from = exhausted.has(account) ? account : elsewhere;
  if (from === undefined || isMoving) {
    const isOver =
      state.waitUntil !== undefined &&
      !isMoving &&
      watched.some(({ state: is }) => is === 'running');
    if (isOver)
      events.push({ event: 'limit-over', text: `the sessions go on under ${account}`, account });
    return {
      events,
      ...proceed(isOver ? { ...state, waitUntil: undefined } : state, account, watched, now),
    };
  }
  const choice = nextAccount(state, from, rules, look.at);
  if (choice.waitUntil === undefined) {
    // An account that is avoided isn't exhausted: it is tried again in a while.
    if (choice.account === undefined) {
      const blocked = `${from} is exhausted, and the accounts that could replace it failed a short time ago`;
      return { events, blocked, ...proceed(state, account, watched, now) };
    }
    const concerned = watched.filter(
      ({ name, accountHome }) =>
        isWanted(state, name) && (from === account || accountHome === from),
    );
    const swap = { ...beginning, from, to: choice.account, names: namesOf(concerned) };
    return { events, ...proceed({ ...state, swap, waitUntil: undefined }, account, watched, now) };
  }
  if (state.waitUntil === undefined) {
    const { account: first, waitUntil: until } = choice;
    const text = `all accounts are exhausted; ${first} is the first that can be used again, at ${until}`;
    events.push({ event: 'all-exhausted', text, account: first, until });
  }
  const waiting = { ...state, waitUntil: choice.waitUntil };
  if (rules.whenExhausted === 'stop') return { state: waiting, events, call: { kind: 'stop' } };
  return { events, ...proceed(waiting, account, watched, now) };
}

/** Takes over a swap of which there is a note: nobody wants less of its sessions, and it may have stopped them. */
export function adopt(state: LoopState, note: SwapNote): LoopState {
  const { cwds, failures, retryAt, hasMoved, from, to } = note;
  const swap = { failures, retryAt, hasMoved, from, to, names: note.names };
  const names = swap.names.filter((name) => Object.hasOwn(cwds, name));
  const sessions = names.map((name): readonly [string, Tracked] => {
    const cwd = cwds[name] ?? '';
    const before = Object.hasOwn(state.sessions, name) ? state.sessions[name] : undefined;
    return [name, { ...fresh, state: 'ended', cwd, ...before, isOver: false, wasStopped: true }];
  });
  return { ...state, swap, sessions: { ...state.sessions, ...Object.fromEntries(sessions) } };
}

/** Continues a swap that was begun, or brings back what was killed. */
function proceed(
  state: LoopState,
  account: string,
  watched: readonly Sighting[],
  now: number,
): { readonly state: LoopState; readonly call?: LoopCall } {
  const { swap } = state;
  const left = swap === undefined ? [] : watched.filter((each) => isLeft(state, swap, each));
  if (swap !== undefined && left.length > 0 && isDue(swap, now)) {
    const elsewhere = left.find((each) => each.state === 'running')?.accountHome;
    const from = elsewhere ?? (account === swap.to ? swap.from : account);
    const chosen = left.filter((each) => each.state !== 'running' || each.accountHome === from);
    const names = namesOf(chosen);
    const call = { kind: 'swap', from, to: swap.to, names, open: missingIn(chosen) } as const;
    const sessions = mapped(state.sessions, (each, name) =>
      names.includes(name) ? { ...each, wasStopped: true } : each,
    );
    return { state: { ...state, sessions, swap: { ...swap, names: namesOf(left) } }, call };
  }
  const pending = left.length === 0 ? undefined : swap && { ...swap, names: namesOf(left) };
  const lost = watched.filter(
    ({ name, state: is }) =>
      isWanted(state, name) &&
      is !== 'running' &&
      is !== 'busy' &&
      isDue(state.sessions[name] ?? fresh, now) &&
      pending?.names.includes(name) !== true,
  );
  const next = { ...state, swap: pending };
  if (lost.length === 0) return { state: next };
  const names = namesOf(lost);
  return { state: next, call: { kind: 'relaunch', account, names, open: missingIn(lost) } };
}

/** A time further ahead than any that is set was set before the clock was. */
function isDue({ retryAt }: Retry, now: number): boolean {
  return retryAt <= now || retryAt > now + MAX_DELAY_MS;
}

/** Whether somebody would miss a session that doesn't run. */
function isWanted({ sessions }: LoopState, name: string): boolean {
  return sessions[name]?.isOver === false;
}

function isLeft(
  state: LoopState,
  { to, names }: PendingSwap,
  { name, ...seen }: Sighting,
): boolean {
  const isThere = seen.state === 'running' && seen.accountHome === to;
  return names.includes(name) && !isThere && isWanted(state, name);
}

function missingIn(sightings: readonly Sighting[]): readonly string[] {
  return namesOf(sightings.filter(({ state }) => state === 'missing'));
}

const namesOf = (all: readonly { readonly name: string }[]): readonly string[] =>
  all.map(({ name }) => name);

function mapped(
  sessions: LoopState['sessions'],
  change: (tracked: Tracked, name: string) => Tracked,
): LoopState['sessions'] {
  return Object.fromEntries(
    Object.entries(sessions).map(([name, each]) => [name, change(each, name)] as const),
  );
}

/** What is said of a session that doesn't run any more. */
const news = {
  ended: ['session-ended', (name: string) => `${name} ended by itself`],
  killed: ['session-killed', (name: string) => `${name} was killed`],
  missing: ['session-lost', (name: string) => `the terminal of ${name} is gone`],
} as const;

/** What is known of each session after a look. */
function track(
  { sessions }: LoopState,
  { sightings, isSameServer }: Look,
  { isDiscovering }: LoopRules,
  events: DaemonEvent[],
): LoopState['sessions'] {
  const known = new Map<string, Tracked>();
  for (const { name: session, cwd, state, sessionId, problems = [] } of sightings) {
    const before = Object.hasOwn(sessions, session) ? sessions[session] : undefined;
    if (before === undefined) {
      events.push({ event: 'session-found', text: `${session} in ${cwd}: ${state}`, session });
    }
    const isOver = sessionId === undefined || state === 'ended' || state === 'busy';
    if (state === 'running') {
      known.set(session, { ...fresh, cwd, state, isOver: false, said: before?.said });
      continue;
    }
    const { state: last, ...rest } = before ?? { ...fresh, state: 'running', isOver };
    const isLost = rest.isLost || (state === 'missing' && !isSameServer);
    // Who closes one terminal of several means it.
    const isMeant = rest.isOver || !(isLost || rest.wasStopped);
    if (state === 'missing' && isDiscovering && isMeant) {
      events.push({ event: 'session-closed', text: `${session} was closed`, session });
      continue;
    }
    const hasEnded = state === 'ended' && !rest.wasStopped;
    if (state !== last && !rest.isOver && state !== 'busy' && (state !== 'ended' || hasEnded)) {
      const [event, text] = news[state];
      events.push({ event, text: text(session), session });
    }
    const [problem] = problems;
    const wasSaid = before?.state === 'busy' || before?.isOver === true;
    if (state === 'busy' && problem !== undefined && !wasSaid) {
      events.push({ event: 'session-busy', text: problem.message, session, problems });
    }
    known.set(session, { ...rest, cwd, state, isLost, isOver: rest.isOver || hasEnded });
  }
  return Object.fromEntries(known);
}

/** The account in use: the one remembered, as long as a session runs under it; else the one that most run under. */
function currentAccount(
  { account, swap }: LoopState,
  watched: readonly Sighting[],
  { accounts }: LoopRules,
): string {
  const known = accounts.map((each) => each.account);
  const running = watched.flatMap(({ accountHome }) => accountHome ?? []);
  const inUse = known.toSorted((one, other) => times(running, other) - times(running, one));
  const isKept = account !== undefined && known.includes(account);
  const stays = isKept && (running.length === 0 || swap !== undefined || running.includes(account));
  const [first = ''] = inUse;
  return stays ? account : first;
}

function times(all: readonly string[], one: string): number {
  return all.filter((each) => each === one).length;
}

/** Shows everything to the quota gate; says what is new. */
function watchLimits(
  state: LoopState,
  watched: readonly Sighting[],
  at: Date,
  { cooldownMs, timeZone }: LoopRules,
  events: DaemonEvent[],
): { readonly state: LoopState; readonly exhausted: ReadonlySet<string> } {
  let { gate } = state;
  const exhausted = new Set<string>();
  const said = new Map<string, string>();
  for (const { name: session, accountHome, startedAt, rows = [], text } of watched) {
    if (accountHome === undefined) continue;
    const seen = { session, account: accountHome, at };
    const observations = [
      ...(rows.length === 0 ? [] : [{ kind: 'transcript', ...seen, startedAt, rows } as const]),
      ...(text === undefined ? [] : [{ kind: 'pane', ...seen, text } as const]),
    ];
    let quota: QuotaStep | undefined;
    for (const observation of observations) {
      quota = stepQuotaGate(gate, observation, { cooldownMs, timeZone });
      ({ state: gate } = quota);
    }
    if (quota === undefined) continue;
    const event = limitEvent(quota, session, accountHome);
    // Another account doesn't help where only one model is exhausted.
    if (event?.event === 'limit-reached') exhausted.add(accountHome);
    const key = event === undefined ? '' : `${event.event} ${accountHome} ${event.text}`;
    if (event !== undefined && key !== state.sessions[session]?.said) events.push(event);
    said.set(session, key);
  }
  const sessions = mapped(state.sessions, (each, name) => ({
    ...each,
    said: said.get(name) ?? each.said,
  }));
  return { state: { ...state, gate, sessions }, exhausted };
}

function limitEvent(quota: QuotaStep, session: string, account: string): DaemonEvent | undefined {
  if (quota.verdict === 'none' || quota.evidence === undefined) return undefined;
  const { text: message, resets, scope } = quota.evidence;
  const names = {
    suspected: 'limit-suspected',
    vetoed: 'limit-vetoed',
    'cooling-down': 'limit-cooling-down',
    swap: scope === 'model' ? 'model-limit' : 'limit-reached',
  } as const;
  const text = `${session}: ${message}`;
  return { event: names[quota.verdict], text, session, account, until: resets?.at };
}

/** The account to move to: none if those that could be used are avoided; `waitUntil`: all are exhausted until then. */
export function nextAccount(
  { account: inUse, gate, avoided }: Pick<LoopState, 'account' | 'avoided' | 'gate'>,
  from: string,
  { accounts, next }: Pick<LoopRules, 'accounts' | 'next'>,
  now: Date,
): { readonly account: string | undefined; readonly waitUntil?: string | undefined } {
  const isAvoided = (account: string) => {
    const until = avoided[account] ?? 0;
    return until > Number(now) && until <= Number(now) + MAX_AVOID_MS;
  };
  const at = accounts.findIndex(({ account }) => account === from);
  const [before, after] = [accounts.slice(0, Math.max(0, at)), accounts.slice(at + 1)];
  const others = next === 'in-order' ? [...before, ...after] : [...after, ...before];
  // All of them: the gate must know which belong to one organization.
  const candidates = accounts.map((each) => {
    const { account } = each;
    const rank = account === inUse ? -1 : others.indexOf(each);
    const isUsable = account !== from && !isAvoided(account);
    return { ...each, remaining: isUsable ? 1 - (rank + 1) / (accounts.length + 1) : 0 };
  });
  const choice = chooseAccount(gate, candidates, now);
  if (choice.waitUntil !== undefined) return choice;
  const isUsable = choice.account !== from && !isAvoided(choice.account);
  return { account: isUsable ? choice.account : undefined };
}

/** How often something is tried again before the daemon gives up. */
export const MAX_FAILURES = 8;
const MAX_DELAY_MS = 600_000;
/** How long an account is left alone that was not ready, or under which the first session did not go on. */
const AVOID_MS = { refused: 600_000, 'canary-failed': 3_600_000, done: 600_000 } as const;
const MAX_AVOID_MS = AVOID_MS['canary-failed'];

/** Tries again, later each time. */
function later({ failures }: Retry, now: number, { pollMs }: LoopRules): Retry {
  const delay = Math.min(pollMs * 2 ** failures, MAX_DELAY_MS);
  return { failures: failures + 1, retryAt: now + delay };
}

export const isMoved = ({ outcome }: RelaunchedSession): boolean =>
  outcome === 'resumed' || outcome === 'already-running';

/** Whether trying again helps nothing: nobody knows which session it was. */
function isHopeless({ outcome, problems }: RelaunchedSession): boolean {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return (
    outcome === 'skipped' &&
    errors.length > 0 &&
    errors.every(({ remedy }) => remedy === 'choose-session')
  );
}

/** Problems of a session that its new account has. */
const ofTarget: ReadonlySet<string> = new Set([
  'target-not-ready',
  'directory-not-trusted',
  'login-overridden',
]);

/** What is said of a swap that has moved nothing. */
const fruitless = {
  done: ['swap-failed', 'no session was moved there'],
  refused: ['swap-refused', 'nothing was stopped'],
  'canary-failed': [
    'canary-failed',
    'the first session did not go on there; the others stay where they are',
  ],
} as const;

/** Takes in how a swap went. */
export function afterSwap(
  before: LoopState,
  call: Extract<LoopCall, { readonly kind: 'swap' }>,
  { outcome, sessions, problems }: Pick<SwapReport, 'outcome' | 'sessions' | 'problems'>,
  at: Date,
  rules: LoopRules,
): Settled {
  if (outcome === 'stopped') return { state: before, events: [] };
  const { from, to } = call;
  const { swap = { ...beginning, from, to, names: call.names } } = before;
  const down = sessions.filter((each) => !isMoved(each));
  const left = namesOf(down.filter((each) => !isHopeless(each)));
  const common = { from, to, problems: [...problems, ...down.flatMap((each) => each.problems)] };
  const moved = outcome === 'done' ? sessions.length - down.length : 0;
  let state: LoopState = { ...before, swap: undefined };
  let { names } = swap;
  const events: DaemonEvent[] = [];
  if (moved > 0) {
    const observation = { kind: 'swapped', from, to, at } as const;
    const { cooldownMs } = rules;
    const step = swap.hasMoved
      ? undefined
      : stepQuotaGate(before.gate, observation, { cooldownMs });
    state = { ...state, account: to, gate: step?.state ?? before.gate };
    const text = `${moved} of ${sessions.length} sessions run under ${to}`;
    events.push({ event: 'swap-done', text, left, ...common });
    const waiting = names.filter((name) => !call.names.includes(name));
    names = [...left, ...waiting];
    if (left.length === 0) {
      return {
        state:
          waiting.length === 0 ? state : { ...state, swap: { ...swap, names, hasMoved: true } },
        events,
      };
    }
  } else if (outcome !== 'done' || left.length > 0) {
    const [event, text] = fruitless[outcome];
    // Such as `failover swap`, of which there is a note.
    const isLocked = problems.some(({ code }) => code === 'locked-by-other');
    if (!isLocked) events.push({ event, text: `${to}: ${text}`, ...common });
  } else return { state, events };

  const avoided = { ...state.avoided, [to]: Number(at) + AVOID_MS[outcome] };
  const avoiding = swap.hasMoved ? state : { ...state, avoided };
  const own = new Set(sessions.flatMap((each) => each.problems));
  const isUnfit = problems.some(
    (each) =>
      each.severity === 'error' &&
      each.remedy !== 'retry' &&
      (ofTarget.has(each.code) || !own.has(each)),
  );
  if (!swap.hasMoved && (outcome === 'canary-failed' || (outcome === 'refused' && isUnfit))) {
    return { state: avoiding, events };
  }
  const retry = later(swap, Number(at), rules);
  if (retry.failures <= MAX_FAILURES) {
    const hasMoved = swap.hasMoved || moved > 0;
    return { state: { ...state, swap: { ...swap, ...retry, names, hasMoved } }, events };
  }
  const text = `gave up moving ${names.join(', ')} to ${to}`;
  return {
    state: avoiding,
    events: [...events, { event: 'gave-up', text, left: names, ...common }],
  };
}

/** Takes in how a relaunch went. */
export function afterRelaunch(
  state: LoopState,
  report: Pick<RelaunchReport, 'sessions'>,
  at: Date,
  rules: LoopRules,
): Settled {
  const events: DaemonEvent[] = [];
  const known = mapped(state.sessions, (before, session) => {
    const relaunched = report.sessions.find(({ name }) => name === session);
    if (relaunched === undefined) return before;
    const { outcome, problems } = relaunched;
    if (isMoved(relaunched)) {
      events.push({ event: 'session-relaunched', text: `${session} goes on`, session, problems });
      return before;
    }
    const retry = later(before, Number(at), rules);
    const isOver = retry.failures > MAX_FAILURES || isHopeless(relaunched);
    const text = `${session} was not relaunched: ${outcome}`;
    events.push({ event: isOver ? 'gave-up' : 'relaunch-failed', text, session, problems });
    return { ...before, ...retry, isOver };
  });
  return { state: { ...state, sessions: known }, events };
}
