export { tmuxTerminal } from './tmux-terminal.ts';
export type { TmuxTerminalOptions } from './options.ts';
export { isTerminalError, TerminalError } from '../terminal.ts';
export type { Terminal, TerminalKey, TerminalTrouble } from '../terminal.ts';
