export { isTerminalError, TerminalError } from './terminal.ts';
export type {
  ProcessLaunch,
  Terminal,
  TerminalErrorReason,
  TerminalKey,
  TerminalPane,
} from './terminal.ts';
export { tmuxTerminal } from './tmux.ts';
export type { TmuxTerminalOptions } from './tmux.ts';
