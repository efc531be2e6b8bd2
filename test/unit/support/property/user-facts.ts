/** Where a file stands as its user knows it: in a home, or in the shared state. */
export type Place = string;

/** A transcript, and what its program has written to it. */
export interface Log {
  readonly id: string;
  /** The name of the file, which no other has. */
  readonly file: string;
  /** The home whose program writes it. */
  home: string;
  /** The directory of its project, below `projects`. */
  key: string;
  /** What has to be in it exactly once. */
  readonly lines: Set<string>;
  /** What was in it when it was deleted at a moment in which not all of it was to be seen: must be somewhere. */
  readonly weak: Set<string>;
  /** What was taken out of it, or deleted with it: may be in it, but not twice. */
  readonly past: Set<string>;
  /** What was deleted from the shared state, so that it must not come back. */
  readonly gone: Set<string>;
  /** Where it was before it was moved, if others had it there, too: which place it has is not promised then. */
  readonly oldKeys: Set<string>;
  /** All keys under which it has been. */
  readonly formerKeys: Set<string>;
  /** Whether more has been done to it than to append. */
  isDisturbed: boolean;
  /** Whether it was begun anew while its directory was on its way back, perhaps, and not only appended to since. */
  mayRepeat: boolean;
  /** Whether a run has listed it as not merged. */
  isLeft: boolean;
  /** Whether it was begun during the present run. */
  isNew: boolean;
  /** Homes that have had a copy of it. */
  readonly copies: Set<string>;
  /** Homes whose programs wrote to it since the present run began. */
  readonly touchedBy: Set<string>;
}

/** A file that is no transcript. */
export interface Other {
  /** With the name of the link: `file-history/…`. */
  readonly path: string;
  /** What its users have written, and not deleted or overwritten since. */
  readonly at: Map<Place, string>;
  /** Whether it was deleted from the shared state, so that it must not come back. */
  isGone: boolean;
  readonly touchedBy: Set<string>;
  /** Whether a run has named it as left over: from then on it need only be somewhere. */
  isLeft: boolean;
  /** Contents that were replaced, but may be united with what replaced them. */
  readonly mayStay: Set<string>;
  /** Whether it was changed or deleted in a directory that was not linked, since the present run began. */
  isDisturbed: boolean;
}

/** What a program has found in a transcript, and what it put into it, or there, as another file. */
export interface Rewriting {
  readonly seen: readonly string[];
  readonly kept: readonly string[];
}

/** What a program has found in a file that is no transcript, and what it has made of it. */
export interface Change {
  readonly before: string | undefined;
  readonly content: string | undefined;
}
