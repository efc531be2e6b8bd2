import { type AtPath, type Failed, type ProblemTable, text, warning } from '../core/problem.ts';

/** What can be wrong with the time that an account home lets transcripts live. */
export interface RetentionProblems {
  /** Through the links, Claude Code would delete under this home what `otherHome` still keeps; without it, what a home with the default would. */
  readonly 'retention-shorter': AtPath & {
    readonly accountHome: string;
    readonly periodDays: number;
    readonly shorterThan: number | 'never';
    readonly otherHome?: string;
  };
  /** `settings.json` cannot be read or parsed, or its `cleanupPeriodDays` is not a whole number from 1 (`bad-period`). It is taken for 30 days, and for never where only the number is bad. */
  readonly 'settings-unusable': AtPath &
    Partial<Failed> & {
      readonly accountHome: string;
      readonly reason: 'unreadable' | 'not-a-file' | 'too-large' | 'not-an-object' | 'bad-period';
    };
}

const days = (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`;

export const retentionProblems: ProblemTable<RetentionProblems> = {
  'retention-shorter': warning(
    ({ path, periodDays, shorterThan, otherHome = 'a home without a setting' }) => {
      const kept = shorterThan === 'never' ? 'for ever' : `for ${days(shorterThan)}`;
      return text`${path} lets Claude Code delete transcripts after ${days(periodDays)}, which ${otherHome} keeps ${kept}`;
    },
    'Set cleanupPeriodDays to one value in all homes: the smallest rules what they share.',
  ),
  'settings-unusable': warning(
    (p) => text`${p.path} does not tell cleanupPeriodDays (${p.errno ?? p.reason})`,
    'Correct it: by version and fault, Claude Code deletes nothing until then, or what is older than 30 days.',
  ),
};
