import type { LinkReport } from './link-report.ts';
import type { Problem } from './problem.ts';

/** What was found, and done, in one account home. */
export interface AccountReport {
  /** The account home as the caller spelled it. */
  readonly accountHome: string;
  /** Whether every link is right and no problem is an error. */
  readonly ok: boolean;
  /** One report per entry of the required list, in its order. */
  readonly links: readonly LinkReport[];
  /** The real paths of the directories and links that this call made, in the order of their making. */
  readonly created: readonly string[];
  /** Errors and warnings; a problem of a shared target is told in every home that needs it. */
  readonly problems: readonly Problem[];
}

/** What `inspectAll` found in one account home: an {@link AccountReport} that has created nothing. */
export interface InspectionReport extends AccountReport {
  readonly created: readonly [];
  /** The real paths of what `ensureForAccount` or `validateAll` would make now. */
  readonly wouldCreate: readonly string[];
}
