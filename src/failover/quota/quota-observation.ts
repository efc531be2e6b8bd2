/** What every observation of a session carries. */
interface OfSession {
  /** The name of the session, such as the one of its terminal: agreement is counted for each. */
  readonly session: string;
  /** The account that the session runs under. */
  readonly account: string;
  /** When it was seen. */
  readonly at: Date;
}

/** The text of a terminal, as `Terminal.capture` gives it: with the input box of the program at its end. */
export interface PaneObservation extends OfSession {
  readonly kind: 'pane';
  readonly text: string;
}

/**
 * A message of the Agent SDK, or what `claude -p --output-format json` or one line of `stream-json` says. For plain
 * `claude -p`: `{ type: 'result', is_error: exitCode !== 0, result: stdout }`.
 */
export interface MessageObservation extends OfSession {
  readonly kind: 'message';
  readonly message: unknown;
}

/** The sessions were carried from one account to another. */
export interface SwappedObservation {
  readonly kind: 'swapped';
  readonly from: string;
  readonly to: string;
  /** When it was done. */
  readonly at: Date;
}

/** What a quota gate is told. */
export type QuotaObservation = PaneObservation | MessageObservation | SwappedObservation;
