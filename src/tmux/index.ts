export { tmuxTerminal } from './tmux-terminal.ts';
export type { TmuxTerminalOptions } from './options.ts';
export { isTerminalError, TerminalError } from '../failover/terminal.ts';
export type { Terminal, TerminalKey, TerminalTrouble } from '../failover/terminal.ts';
