import {
  type AccountReport,
  inspectAll,
  type LinkReport,
  requiredSharedUnder,
} from '../../index.ts';
import { inspectRetention } from '../../retention/index.ts';
import { findLiveSessions, inspectSettings } from '../../sessions/index.ts';
import { causesOf, distinct, errorsFirst, isRight, tally } from '../causes.ts';
import { type CliContext, defineCommand, flagOption, listOption } from '../command.ts';
import { defaultHomeIn } from '../diagnoses.ts';
import { EXIT, UsageError } from '../exit.ts';
import { didYouMean } from '../lists.ts';
import { nextSteps } from '../next-steps.ts';
import { restorePointsIn } from '../runs.ts';
import { count, moment } from '../ui/amounts.ts';
import type { Output } from '../ui/output.ts';
import { printSessions } from '../ui/plan.ts';
import { printCauses } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { homesToLink } from '../scope.ts';
import { printScope, printSkipped } from '../ui/scope.ts';
import { printSteps } from '../ui/steps.ts';
import { checks, type Facts, resultOf } from './doctor-checks.ts';

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'check the homes, and say what to type next (the default)',
  description:
    'Checks links, permissions, retention, auto-memory, running sessions, unfinished runs, restore points and the version of Claude Code. Changes nothing.',
  options: {
    check: listOption('--check <name>', 'only this check; can be repeated'),
    listChecks: flagOption('--list-checks', 'list the checks, and look at nothing'),
    verbose: flagOption('--verbose', 'every path, link, session and skipped directory'),
    quiet: flagOption('--quiet', 'only what is wrong').conflicts('verbose'),
  },
  needsHomes: ({ listChecks }) => listChecks !== true,
  async run(context, { check: names, listChecks = false, verbose = false, quiet = false }) {
    const { scope, out, stderr } = context;
    if (listChecks) {
      const width = Math.max(...checks.map(({ name }) => name.length));
      for (const { name, summary } of checks) out.labeled(name.padEnd(width), summary);
      return { exitCode: EXIT.done };
    }
    const chosen = chosenChecks(names);
    const isChosen = (name: string) => chosen.some((check) => check.name === name);
    const looking = examine(context, isChosen('claude-code'));
    const facts = await whileWaiting(stderr, 'looking at the homes', looking);
    const found = chosen.map((check) => resultOf(check, facts));
    const problems = distinct(found.flatMap((result) => result.problems));
    const causes = found.flatMap((result) => result.causes).toSorted(errorsFirst);
    const isOk = found.every(({ state }) => state !== 'error');
    const restorePoints = isChosen('runs') ? facts.points.restorePoints : [];
    const next = nextSteps(scope, causesOf(problems), restorePoints);

    if (!quiet) {
      // What was skipped is the matter of a check.
      printScope(out, { ...scope, skipped: [] });
      if (verbose) printDetails(out, facts);
      out.line();
      const width = Math.max(...checks.map(({ name }) => name.length));
      for (const { name, state, text } of found) {
        out.labeled(`${out.signed(signs[state])} ${out.pad(name, width)}`, text);
      }
    }
    printCauses(out, causes, verbose);
    if (!quiet || !isOk) printVerdict(out, facts, isOk, tally(causes));
    printSteps(out, next);
    const { reports: homes, retention, live, points, claudeVersion } = facts;
    return {
      exitCode: isOk ? EXIT.done : EXIT.problems,
      body: {
        homes,
        checks: found.map(({ name, state, text }) => ({ name, state, text })),
        retention,
        liveSessions: live.sessions,
        restorePoints: points.restorePoints,
        problems,
        next,
        claudeVersion,
      },
    };
  },
});

function chosenChecks(names: readonly string[] = checks.map(({ name }) => name)) {
  const known = checks.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, known);
    throw new UsageError(`there is no check ${unknown}${hint}\nthe checks: ${known.join(', ')}`);
  }
  return checks.filter(({ name }) => names.includes(name));
}

async function examine({ io, scope }: CliContext, isVersionWanted: boolean): Promise<Facts> {
  const { homes, required, primary } = scope;
  const [reports, retention, live, settings, points, claudeVersion] = await Promise.all([
    inspectAll(homesToLink(scope), { required, retention: true }),
    inspectRetention(homes, {
      // The period of the primary home counts, too; its transcripts are not those of a target.
      required: primary === undefined ? required : requiredSharedUnder(io.home),
    }),
    findLiveSessions(homes),
    inspectSettings(homes, { environment: io.env, defaultAccountHome: defaultHomeIn(io.home) }),
    restorePointsIn(homes),
    isVersionWanted ? io.claudeVersion() : undefined,
  ]);
  const { platform } = io;
  return { scope, platform, reports, retention, live, settings, points, claudeVersion };
}

const signs = { ok: 'ok', note: 'warn', error: 'bad' } as const;

function printVerdict(out: Output, facts: Facts, isOk: boolean, causes: string): void {
  out.line();
  const { length } = facts.scope.homes;
  const homes =
    length === 1 ? '1 home uses the shared directories' : `${length} homes share their sessions`;
  const warnings = causes === '' ? '' : `; ${causes}`;
  if (isOk) out.verdict('ok', `healthy: ${homes}${warnings}`);
  else out.verdict('bad', `not healthy: ${causes}`);
}

function printDetails(out: Output, { scope, reports, retention, live }: Facts): void {
  printSkipped(
    out,
    // Its own directories are nobody's business.
    scope.skipped.filter(({ reason }) => reason !== 'shared-target' && reason !== 'unreadable'),
  );
  out.line();
  printLinks(out, reports);
  out.title('Retention');
  for (const { accountHome, periodDays, source } of retention.homes) {
    const days = periodDays === 'never' ? 'never deleted' : count(periodDays, 'day');
    const remark = source === 'settings' ? days : `${days} (default)`;
    out.remarked(`  ${out.path(accountHome)}`, out.paint.dim(remark), 4);
  }
  const next = retention.transcripts?.nextToExpire;
  if (next !== undefined) {
    out.words(`the oldest transcript is kept until ${moment(next.expiresAt)}:`, 2, 4);
    out.line(`    ${out.path(next.path)}`);
  }
  printSessions(out, live.sessions);
}

function printLinks(out: Output, reports: readonly AccountReport[]): void {
  for (const { accountHome, links } of reports) {
    out.line(`  ${out.path(accountHome)}`);
    const width = Math.max(...links.map(({ name }) => name.length));
    for (const link of links) out.line(`    ${link.name.padEnd(width)}  ${cell(out, link)}`);
  }
}

function cell(out: Output, { state }: LinkReport): string {
  if (state === 'missing') return out.paint.yellow(`${out.symbols.make} ${state}`);
  return out.signed(isRight(state) ? 'ok' : 'bad', state);
}
