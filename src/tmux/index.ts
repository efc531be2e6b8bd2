export { TerminalError } from '../failover/terminal.ts';
export type { Terminal, TerminalKey, TerminalTrouble } from '../failover/terminal.ts';
