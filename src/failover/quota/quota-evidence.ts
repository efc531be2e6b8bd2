import type { QuotaLimit, QuotaPattern, QuotaVeto } from './quota-patterns.ts';
import { oneLine } from './quota-view.ts';
import { readResetTime, type ResetTime } from './reset-time.ts';

/** What was seen of a limit. */
export interface QuotaEvidence {
  readonly limit: QuotaLimit;
  /** The model that the limit is for, where one is named. */
  readonly model?: string;
  /** When the limit ends, where that is told. */
  readonly resets?: ResetTime;
  /** The words of the program, in one line, cut at 300 characters. */
  readonly text: string;
  /** The name of the pattern, or the field of the message, that told it. */
  readonly pattern: string;
}

/** What evidence is read with. */
export interface EvidenceRules {
  readonly patterns: readonly QuotaPattern[];
  readonly vetoes: readonly QuotaVeto[];
  readonly now: number;
  readonly timeZone?: string | undefined;
}

const MOST_SHOWN = 300;
// A session limit is one of five hours, and its end is printed to the nearest ten minutes.
const SESSION_MS = 5 * 3_600_000 + 600_000;

/** What a message of the program says about a limit, where it says so. */
export function evidenceIn(said: string, rules: EvidenceRules): QuotaEvidence | undefined {
  const line = oneLine([said]);
  for (const { name, limit, pattern } of rules.patterns) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const { reset, model } = match.groups ?? {};
    const within = limit === 'session' ? SESSION_MS : undefined;
    return {
      limit,
      ...(model === undefined ? {} : { model }),
      ...(reset === undefined ? {} : { resets: readResetTime(reset, { ...rules, within }) }),
      text: shown(line),
      pattern: name,
    };
  }
  return undefined;
}

/** The veto that one of several remarks is, with the words. */
export function vetoIn(remarks: readonly string[], { vetoes }: EvidenceRules) {
  for (const remark of remarks) {
    const line = oneLine([remark]);
    const found = vetoes.find(({ pattern }) => pattern.test(line));
    if (found !== undefined) return { name: found.name, text: shown(line) };
  }
  return undefined;
}

/** The words of a message, as they stand in the evidence. */
export function shown(line: string): string {
  return line.slice(0, MOST_SHOWN);
}
