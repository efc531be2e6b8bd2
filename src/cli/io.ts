/** One of the two ways out. */
export interface Screen {
  readonly isTTY: boolean;
  /** How many columns it has now; unknown where it is no terminal. */
  readonly columns: number | undefined;
  readonly write: (text: string) => void;
}

/** Ctrl-C and the like, for as long as they are caught. */
export interface Interrupts {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** Everything that the command has of its surroundings: in tests, made up. */
export interface Io {
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory of the user. */
  readonly home: string;
  /** The working directory. */
  readonly cwd: string;
  /** The version of this package. */
  readonly version: string;
  /** Asks a person yes or no; absent where there is nobody to ask. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** From now on Ctrl-C stops a run between two steps, a second one at once. */
  readonly catchInterrupts: () => Interrupts;
  /** Milliseconds that only ever grow. */
  readonly clock: () => number;
}
