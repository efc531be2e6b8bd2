export { isTerminalError, TerminalError } from './terminal.ts';
export type { Terminal, TerminalKey, TerminalTrouble } from './terminal.ts';
