import type { FailoverProblem, PlannedSession, SwapPlan } from '../../failover/index.ts';
import type { DaemonStatus } from '../failover/status.ts';
import { count, moment } from './amounts.ts';
import { escapeControl, type Output } from './output.ts';

/** How many sessions it is about, and the account they run under. */
export function printSubject(out: Output, sessions: number, from: string): void {
  out.words(`${out.paint.bold(count(sessions, 'session'))} under ${out.path(from)}`, 0, 2);
}

const planned = {
  move: 'would be moved',
  resume: 'would be resumed',
  stay: 'already runs there',
  skip: 'would be skipped',
} as const;

/** What a swap to this account would do with each session, and what is in the way. */
export function printSwapPlan(out: Output, to: string, { ok, sessions, problems }: SwapPlan): void {
  out.line();
  out.words(`${out.signed(ok ? 'ok' : 'bad', ok ? 'ready' : 'not ready')}  ${out.path(to)}`, 0, 2);
  const own = new Set(
    sessions.flatMap((session) => session.problems.map(({ message }) => message)),
  );
  printMessagesOf(
    out,
    problems.filter(({ message }) => !own.has(message)),
    2,
  );
  for (const { name, action, isBusy, pid, problems: all } of sessions) {
    const text = planned[action] + (isBusy ? '; busy now' : '');
    // The swap ends its process first.
    const shown = all.filter((each) => each.code !== 'session-running' || each.pid !== pid);
    const session = { name, problems: shown };
    printSession(out, session, action !== 'skip', text, 2);
  }
}

/** What is said of one session, and its problems below. */
export function printSession(
  out: Output,
  { name, problems }: Pick<PlannedSession, 'name' | 'problems'>,
  isRight: boolean,
  text: string,
  indent: number,
): void {
  const sign = out.signed(isRight ? 'ok' : 'bad', escapeControl(name));
  out.words(`${sign}  ${text}`, indent, indent + 2);
  printMessagesOf(out, problems, indent + 2);
}

export function printMessagesOf(
  out: Output,
  problems: readonly FailoverProblem[],
  indent: number,
): void {
  for (const { severity, code, message } of problems) {
    const sign = severity === 'error' ? 'bad' : 'warn';
    // As the option is called here.
    const own = message.replace('continuePrompt', '--continue');
    const text = out.signed(sign, out.prose(escapeControl(own)));
    out.words(`${text} ${out.paint.dim(`[${code}]`)}`, indent, indent + 2);
  }
}

const time = (text: string): string => moment(new Date(text));

export function printStatus(out: Output, status: DaemonStatus, isRunning: boolean): void {
  const { pid, at, accounts, sessions, swap: pending, waitUntil } = status;
  const state = isRunning ? 'is running' : "isn't running";
  const own = isRunning ? `; process ${pid}` : '';
  out.verdict(isRunning ? 'ok' : 'bad', `the daemon ${state}; last poll at ${time(at)}${own}`);
  if (waitUntil !== undefined) {
    out.verdict('warn', `all accounts are exhausted; waiting until ${time(waitUntil)}`);
  }
  if (pending !== undefined) {
    const names = escapeControl(pending.sessions.join(', '));
    out.verdict('warn', `still to be moved to ${out.path(pending.to)}: ${names}`);
  }
  out.title(count(accounts.length, 'account'));
  for (const { accountHome, exhaustedUntil, scope } of accounts) {
    const inUse = accountHome === status.account ? ['in use'] : [];
    const limit = exhaustedUntil === undefined ? [] : [`exhausted until ${time(exhaustedUntil)}`];
    const concerned =
      scope === undefined || scope === 'seat' ? [] : [`by the limit of its ${scope}`];
    const remarks = [...inUse, ...limit, ...concerned].join(', ');
    const sign = out.signed(exhaustedUntil === undefined ? 'ok' : 'warn');
    out.remarked(`  ${sign} ${out.path(accountHome)}`, remarks, 4);
  }
  out.title(count(sessions.length, 'session'));
  for (const { name, cwd, state: is, accountHome } of sessions) {
    const under = accountHome === undefined ? '' : ` under ${out.path(accountHome)}`;
    const sign = is === 'running' ? 'ok' : is === 'ended' ? 'warn' : 'bad';
    out.remarked(`  ${out.signed(sign, escapeControl(name))}`, `${is}${under}`, 4);
    out.line(`    ${out.paint.dim(out.path(cwd))}`);
  }
}
