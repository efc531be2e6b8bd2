import type { ReadSteps, SettingsSteps } from '../fs/calls.ts';
import { type Finding, finding, type ProblemOf } from './problems.ts';
import { type CleanupPeriod, DEFAULT_DAYS, readCleanupPeriod } from './cleanup-period.ts';
import type { Creation } from './creations.ts';
import type { Request } from './request.ts';
import { projectsTarget } from './required.ts';

/** The period of a home, and the warnings that are due for it. */
export interface JudgedPeriod {
  readonly period: CleanupPeriod;
  readonly findings: readonly Finding[];
}

/** Reads the periods of all homes, and compares them. */
export function* judgePeriods(
  accountHomes: readonly string[],
): SettingsSteps<readonly JudgedPeriod[]> {
  const periods: CleanupPeriod[] = [];
  // One after the other, because each may hold a megabyte, and there may be more homes than handles.
  for (const home of accountHomes) periods.push(yield* readCleanupPeriod(home));
  return comparePeriods(periods);
}

/** Compares the periods of all homes. */
export function comparePeriods(periods: readonly CleanupPeriod[]): readonly JudgedPeriod[] {
  const longest = longestOf(periods);
  return periods.map((period) => ({ period, findings: findingsOn(period, longest) }));
}

/**
 * The warnings for each home of a request, by its index; none unless they are asked for, or a link
 * is made through which a home could delete what the others keep.
 */
export function* retentionFindings(
  { accountHomes, required, retention }: Request,
  creations: readonly Creation[],
): ReadSteps<readonly (readonly Finding[])[]> {
  const target = projectsTarget(required);
  const isNew = creations.some(({ linkTo }) => linkTo !== undefined && linkTo === target);
  if (!isNew && !retention) return [];
  return (yield* judgePeriods(accountHomes)).map(({ findings }) => findings);
}

/** Where nothing is ever deleted, a number all the same. */
export function daysOf(periodDays: number | 'never'): number {
  return periodDays === 'never' ? Infinity : periodDays;
}

type Yardstick = Pick<ProblemOf<'retention-shorter'>, 'shorterThan' | 'otherHome'>;

function longestOf(periods: readonly CleanupPeriod[]): Yardstick {
  // A single home shares with homes that are unknown here, and may all have the default.
  let longest: Yardstick = { shorterThan: periods.length === 1 ? DEFAULT_DAYS : 0 };
  for (const { accountHome: otherHome, periodDays: shorterThan } of periods) {
    const isLonger = daysOf(shorterThan) > daysOf(longest.shorterThan);
    if (isLonger) longest = { shorterThan, otherHome };
  }
  return longest;
}

function findingsOn(period: CleanupPeriod, longest: Yardstick): readonly Finding[] {
  const { accountHome, settings: path, periodDays, problem } = period;
  const isShorter = periodDays !== 'never' && periodDays < daysOf(longest.shorterThan);
  return [
    ...(isShorter
      ? [finding('retention-shorter', { path, accountHome, periodDays, ...longest })]
      : []),
    ...(problem === undefined ? [] : [{ problem }]),
  ];
}
