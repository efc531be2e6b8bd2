/** What the content of a transcript comes to. */
export interface TranscriptContent {
  /**
   * - `usable`: there is a message, so the program resumes
   * - `empty`: nothing but white space
   * - `garbage`: no line is a record
   * - `bookkeeping`: no record is a message
   * - `undated`: what was said last has no time, so the program does not find the conversation
   * - `side-chains`: all messages belong to side chains
   * - `rewound`: to before the first message, so the program resumes with an empty conversation
   */
  readonly state:
    | 'usable'
    | 'empty'
    | 'garbage'
    | 'bookkeeping'
    | 'undated'
    | 'side-chains'
    | 'rewound';
  readonly bytes: number;
  /** Lines that are not blank; a record that is spread over several counts as one. */
  readonly lines: number;
  /** Lines that are messages of the main conversation. */
  readonly messages: number;
  /** Lines that are not, or do not start with, a JSON object: the program passes over them. */
  readonly invalidLines: number;
  /** Lines with more behind the object, such as a second one: the program does not see that. */
  readonly overfullLines: number;
  /** There are messages, but no part of their content has a type: 2.1.329 does not see them. */
  readonly isUntyped: boolean;
  /**
   * A line lacks what 2.1.197 takes for granted, such as a message its content where it is the last
   * one, or another follows it: 2.1.329 passes over it, 2.1.197 fails with an error.
   */
  readonly hasMalformedTurn: boolean;
  /** A title or a snapshot of files is such that 2.1.329 fails with an error. */
  readonly hasMalformedNote: boolean;
  /** There is no newline behind the last line. Old programs (2.1.197) append to that line. */
  readonly lacksFinalNewline: boolean;
  /** The last line lacks its newline and is not a record: a write that was cut off. */
  readonly endsTorn: boolean;
  /** The first message follows one that is not here, and nothing has been compacted. */
  readonly isFragment: boolean;
  /**
   * Replies of the assistant that no other reply follows, since the last compaction; more than one
   * if two processes have continued the session, or one that was rewound. `undefined` where the
   * transcript has too many records to tell.
   */
  readonly leaves: number | undefined;
  /**
   * The organizations under which the conversation ran, where it was written down: 2.1.329 resumes it
   * under that one only, and under none where there are two. More are not told.
   */
  readonly organizations: readonly string[];
  /** The model has ended the conversation: 2.1.329 does not go on with it. */
  readonly isEnded: boolean;
  /** It was started in Code Mode: 2.1.329 does not go on with it in print mode. */
  readonly isCodeMode: boolean;
  /** Of the first message in the file. */
  readonly firstTimestamp: string | undefined;
  /** Of the last message in the file. */
  readonly lastTimestamp: string | undefined;
  /** The last working directory that was recorded. Data: whoever uses it has to check it. */
  readonly cwd: string | undefined;
}
