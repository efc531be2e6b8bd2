import * as nodeFs from 'node:fs';
import type { memfs } from 'memfs';
import { parseResumeUUID, type ResumeUUID, validateAll } from 'claude-shared-state';
import { findResumeUUID } from 'claude-shared-state/failover';
import { migrate, unarchive } from 'claude-shared-state/migrate';
import { inspectRetention } from 'claude-shared-state/retention';
import { diagnoseResume, resumeCommand, sessionIdFromMessage } from 'claude-shared-state/sessions';
import { type Terminal, tmuxTerminal } from 'claude-shared-state/tmux';

const where = { accountHome: '/home/me/.claude', cwd: '/home/me' };

export function takesTheIdOfTheRoot(id: ResumeUUID, { fs }: ReturnType<typeof memfs>) {
  return [
    resumeCommand(id, where),
    diagnoseResume(id, { ...where, fs }),
    unarchive(id, { fs }),
    migrate(['/a'], { fs }),
    inspectRetention(['/a'], { fs }),
    validateAll(['/a'], { fs: nodeFs }),
  ];
}

// One type, from whichever entry point it comes.
export const ids: readonly (ResumeUUID | undefined)[] = [
  parseResumeUUID(''),
  findResumeUUID(''),
  sessionIdFromMessage({ type: 'system' }),
];
export const terminal: Terminal = tmuxTerminal();

// @ts-expect-error A text that nobody has checked.
resumeCommand('3f0c5a52', where);
