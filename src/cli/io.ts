import type { Terminal } from '../failover/index.ts';
import type { ConfigDirInspector } from '../homes/index.ts';
import type { ProcessInspector, ResumeCommand } from '../sessions/index.ts';
import type { Output } from './ui/output.ts';

/** Standard output or standard error. */
export interface Screen {
  readonly isTTY: boolean;
  /** How many columns it has now; unknown where it is no terminal. */
  readonly columns: number | undefined;
  readonly write: (text: string) => void;
}

/** Ctrl-C and the like, until released. */
export interface Interrupts {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** Something that can be chosen from a list. */
export interface Choice<Value> {
  readonly value: Value;
  /** One line that fits. */
  readonly name: string;
  /** What is shown while it is the current one. */
  readonly details: string;
}

/** What can be chosen, for what was typed; everything if nothing was. */
export type ChoiceSource<Value> = (
  typed: string,
  signal?: AbortSignal,
) => Promise<readonly Choice<Value>[]>;

/** A program to be run. */
export type Program = Pick<ResumeCommand, 'file' | 'args' | 'env' | 'unset' | 'cwd'>;

/** How a chooser looks. */
export type ChooserStyle = Pick<Output['paint'], 'bold' | 'cyan' | 'dim' | 'red'>;

/** Everything that the command takes from its surroundings, so that tests can replace it. */
export interface Io {
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory of the user. */
  readonly home: string;
  /** The working directory. */
  readonly cwd: string;
  /** The system, as Node names it. */
  readonly platform: NodeJS.Platform;
  /** Tells which homes running processes use: those of this user, unless given. */
  readonly processInspector?: ConfigDirInspector | undefined;
  /** The terminals of a tmux server, by the name or path of its socket; and what tells which processes run in them. */
  readonly tmux: (socket?: string) => {
    readonly terminal: Required<Terminal>;
    readonly processInspector?: ProcessInspector | undefined;
    /** Waits between two looks at a terminal, in milliseconds; with a timer by default. */
    readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
  };
  /** What runs this command: the program and its first arguments. */
  readonly executable: readonly string[];
  /** The version of this package. */
  readonly version: string;
  /** The version of Claude Code in the `PATH`, if there is one. */
  readonly claudeVersion: () => Promise<string | undefined>;
  /** Asks a person yes or no; absent where nobody can answer. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** Asks a person for a line of text, and gives `undefined` for Ctrl-C and Ctrl-D; absent where nobody can answer. */
  readonly ask?: ((question: string) => Promise<string | undefined>) | undefined;
  /** Lets a person search a list and choose from it; absent where the terminal can't show that. */
  readonly choose?:
    | (<Value>(
        question: string,
        source: ChoiceSource<Value>,
        style: ChooserStyle,
      ) => Promise<Value | undefined>)
    | undefined;
  /** Runs a program in this terminal until it ends; returns whether it succeeded. */
  readonly run: (program: Program) => Promise<boolean>;
  /** From now on Ctrl-C stops a run between two steps; a second one stops it at once. */
  readonly catchInterrupts: () => Interrupts;
  /** Milliseconds that only grow. */
  readonly clock: () => number;
}
