/**
 * What stands where a shared link belongs.
 *
 * `linked`: the right link, letter by letter. `equivalent`: another spelling of the same directory.
 * `missing`: nothing. `divergent`: a link to another place. `dangling`: a link to nothing. `loop`: a
 * link that goes in a circle. `directory`, `file`, `other`: a real one. `unreadable`: it could not be seen.
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
  /** The text of the link, verbatim, where there is a link. */
  readonly storedTarget?: string;
}
