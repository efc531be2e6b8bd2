export { isTerminalError, TerminalError } from './terminal.ts';
export type { Terminal, TerminalErrorReason, TerminalKey } from './terminal.ts';
export { tmuxTerminal } from './tmux.ts';
export type { TmuxTerminalOptions } from './tmux.ts';
