import type { Problem } from './problems.ts';

/**
 * What is where a shared link belongs.
 *
 * `linked`: the right link, letter by letter. `equivalent`: another spelling of the same directory.
 * `missing`: nothing. `divergent`: a link to another place. `dangling`: a link to nothing. `loop`: a
 * link that leads in a circle. `directory`, `file`, `other`: a real one. `unreadable`: it cannot be read.
 */
export type LinkState =
  | 'linked'
  | 'equivalent'
  | 'missing'
  | 'divergent'
  | 'dangling'
  | 'loop'
  | 'directory'
  | 'file'
  | 'other'
  | 'unreadable';

/** One shared link of one account home, as it was last seen. */
export interface LinkReport {
  /** The name from the required list, such as `projects`. */
  readonly name: string;
  /** The path of the link: `<account home>/<name>`. */
  readonly path: string;
  /** The shared target from the required list. */
  readonly target: string;
  readonly state: LinkState;
  /** The text of the link, verbatim, if there is a link. */
  readonly storedTarget?: string;
}

/** What was found, and done, in one account home. */
export interface AccountReport {
  /** The account home as the caller spelled it. */
  readonly accountHome: string;
  /** Whether every link is right and no problem is an error. */
  readonly ok: boolean;
  /** One report per entry of the required list, in its order. */
  readonly links: readonly LinkReport[];
  /** The real paths of the directories and links that this call created, in this order. */
  readonly created: readonly string[];
  /** Errors and warnings; a problem of a shared target is in the report of every home that needs it. */
  readonly problems: readonly Problem[];
}

/** What `inspectAll` found in one account home: an {@link AccountReport} that has created nothing. */
export interface InspectionReport extends AccountReport {
  readonly created: readonly [];
  /** The real paths of what `ensureForAccount` or `validateAll` would create now. */
  readonly wouldCreate: readonly string[];
}
