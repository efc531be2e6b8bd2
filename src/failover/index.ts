export { findResumeUUID } from './find-resume-uuid.ts';
export { isTerminalError, TerminalError } from './terminal.ts';
export type { Terminal, TerminalKey, TerminalTrouble } from './terminal.ts';
export type { ResumeUUID } from '../sessions/resume-uuid.ts';
