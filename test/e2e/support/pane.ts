import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { cleanEnvironment } from './claude.ts';
import { executableOf } from './programs.ts';
import type { Room } from './room.ts';

const run = promisify(execFile);
const PATIENCE_MS = 20_000;
const A_MOMENT_MS = 200;
const QUESTION = 'What do you want to do?';

/** The program in a pane of a tmux of its own. */
export interface Pane {
  /** Types a prompt and sends it. */
  readonly say: (prompt: string) => Promise<void>;
  /** What it shows as soon as that is as wanted. */
  readonly until: (isWanted: (text: string) => boolean) => Promise<string>;
}

/** Starts the program for an account that is logged in with a token, past its first questions. */
export async function openPane(room: Room, accountHome: string, token: string): Promise<Pane> {
  const surroundings = { ...room.surroundings(accountHome), token };
  await mkdir(accountHome);
  await writeFile(join(accountHome, '.claude.json'), settledHome(surroundings.cwd));
  const socket = room.path('tmux');
  const tmux = async (...args: readonly string[]) => {
    const { stdout } = await run('tmux', ['-S', socket, '-f', '/dev/null', ...args]);
    return stdout;
  };
  const variables = Object.entries({
    ...cleanEnvironment(surroundings),
    TERM: 'screen-256color',
    LANG: 'C.UTF-8',
    TZ: 'Europe/Paris',
  }).map(([name, value]) => `${name}=${value}`);
  const command = ['env', '-i', ...variables, executableOf(surroundings.program)];
  const size = ['-x', '100', '-y', '40'];
  onTestFinished(async () => {
    await tmux('kill-server');
  });
  await tmux('new-session', '-d', '-s', 'pane', ...size, '-c', surroundings.cwd, ...command);
  const pane: Pane = {
    say: async (prompt) => {
      // After a limit it may ask what to do, at any moment, and takes what is typed for an answer.
      for (;;) {
        await tmux('send-keys', '-t', 'pane:', '-l', prompt);
        const text = await pane.until((it) => it.includes(prompt) || it.includes(QUESTION));
        if (!text.includes(QUESTION)) break;
        await tmux('send-keys', '-t', 'pane:', 'Escape');
        await pane.until((it) => !it.includes(QUESTION));
      }
      await tmux('send-keys', '-t', 'pane:', 'Enter');
    },
    until: async (isWanted) => {
      const end = Date.now() + PATIENCE_MS;
      for (;;) {
        const text = await tmux('capture-pane', '-p', '-J', '-S', '-', '-t', 'pane:');
        if (isWanted(text)) return text;
        if (Date.now() > end) throw new Error(`The pane does not become as wanted:\n${text}`);
        await delay(A_MOMENT_MS);
      }
    },
  };
  await pane.until((text) => /^❯/m.test(text));
  return pane;
}

function settledHome(cwd: string): string {
  const project = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  return JSON.stringify({
    hasCompletedOnboarding: true,
    theme: 'dark',
    projects: { [cwd]: project },
  });
}
