import type { LinkState, Problem } from '../index.ts';
import {
  type Conflict,
  type Description,
  describeProblem,
  type MigrationProblem,
} from '../migrate/index.ts';
import { describeStoreProblem, type StoreProblem } from '../store/index.ts';
import meanings from './problem-codes.json' with { type: 'json' };
import { groupBy, present } from './lists.ts';
import { byNaturalOrder, count } from './ui/amounts.ts';

/** A problem of any call that the command makes. */
export type AnyProblem = MigrationProblem | StoreProblem;

/** A problem that is about a link, with its state. */
export type LinkProblem = Extract<Problem, { readonly state: LinkState }>;

/** A problem with two files of which one has to be chosen. */
export type ConflictProblem = Extract<MigrationProblem, Conflict>;

export const isAboutLink = (problem: AnyProblem): problem is LinkProblem =>
  'state' in problem && 'target' in problem && 'accountHome' in problem;

/** Whether a link leads where it should. */
export const isRight = (state: LinkState): boolean => state === 'linked' || state === 'equivalent';

export const isConflict = (problem: AnyProblem): problem is ConflictProblem => 'sides' in problem;

export const isError = ({ severity }: WithSeverity): boolean => severity === 'error';

type WithSeverity = Pick<AnyProblem, 'severity'>;

/** Sorts errors before warnings. */
export function errorsFirst(first: WithSeverity, second: WithSeverity): number {
  return Number(isError(second)) - Number(isError(first));
}

/** Problems with one cause and one way out: to be shown together. */
export interface Cause {
  /** What `explain` knows. */
  readonly codes: readonly string[];
  readonly severity: 'error' | 'warning';
  /** What is wrong, in one sentence. */
  readonly heading: string;
  readonly advice: string;
  /** In natural order of their paths. */
  readonly problems: readonly AnyProblem[];
  /** What to list below the heading. */
  readonly paths: readonly string[];
}

/** The causes of these problems, errors first. What one command creates is one cause. */
export function causesOf(problems: readonly AnyProblem[]): readonly Cause[] {
  const keyOf = (problem: AnyProblem) =>
    isMissing(problem) ? 'missing' : `${problem.code} ${inWords(problem).advice}`;
  return groupBy(distinct(problems), keyOf).map(causeOf).toSorted(errorsFirst);
}

function causeOf(group: readonly [AnyProblem, ...AnyProblem[]]): Cause {
  const problems = group.toSorted((first, second) => byNaturalOrder(first.path, second.path));
  const [first = group[0], ...others] = problems;
  const { code, severity } = first;
  const { description, advice } = inWords(first);
  const codes = [...new Set(problems.map((problem) => problem.code))];
  const paths = problems.map(({ path }) => path);
  if (isMissing(first)) {
    const heading =
      others.length === 0
        ? 'A link or directory is missing'
        : `${problems.length} links and directories are missing`;
    return { codes, severity, problems, heading, advice: 'ensure creates what is missing.', paths };
  }
  const isSimple = others.length === 0 && !isAboutLink(first) && !isConflict(first);
  const heading = (isSimple ? undefined : firstSentence(meaningOf(code)?.meaning)) ?? description;
  return { codes, severity, problems, heading, advice, paths: others.length === 0 ? [] : paths };
}

function isMissing({ code }: AnyProblem): boolean {
  return code === 'link-missing' || code === 'directory-missing';
}

const firstSentence = (text = '') => /^.*?(?=\.(?:\s|$))/s.exec(text)?.[0];

/** What a code means, and what to do about it, whatever the case. */
export function meaningOf(code: string): (typeof meanings)[number] | undefined {
  return meanings.find((entry) => entry.code === code);
}

export const problemCodes: readonly string[] = meanings.map(({ code }) => code);

const isOfMigration = (problem: AnyProblem): problem is MigrationProblem =>
  describeStoreProblem(problem, 'cli') === undefined;

function inWords(problem: AnyProblem): Description {
  if (isOfMigration(problem)) return describeProblem(problem, 'cli');
  return describeStoreProblem(problem, 'cli') ?? { description: problem.code, advice: '' };
}

/** The message of a problem in the words of the command. */
export function messageFor(problem: AnyProblem): string {
  const { description, advice } = inWords(problem);
  return `${description}. ${advice}`;
}

/** For `JSON.stringify`: gives every problem the message of the command. */
export function withOwnMessage(_: string, value: unknown): unknown {
  return isProblem(value) ? { ...value, message: messageFor(value) } : value;
}

function isProblem(value: unknown): value is AnyProblem {
  return typeof value === 'object' && value !== null && 'remedy' in value && 'message' in value;
}

/** Each problem once, even if several homes have it; errors first. */
export function distinct(problems: readonly AnyProblem[]): readonly AnyProblem[] {
  const once = new Map(
    problems.map((problem) => [`${problem.code} ${problem.message}`, problem] as const),
  );
  return [...once.values()].toSorted(errorsFirst);
}

/** How many causes there are: `1 problem, 2 warnings`; empty without any. */
export function tally(causes: readonly Cause[]): string {
  const errors = causes.filter(isError).length;
  const warnings = causes.length - errors;
  return present(
    errors > 0 && count(errors, 'problem'),
    warnings > 0 && count(warnings, 'warning'),
  ).join(', ');
}
