import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changing, refuses, type Scenario } from './scenario.ts';
import { sessionId, type Stage, write } from './stage.ts';

interface Record {
  readonly pidDomain?: string;
  readonly kind?: string;
  readonly procStart?: string | undefined;
  readonly sessionId?: string;
}

/** A scenario in which a process is on record for the session, for as long as it lasts. */
function recorded(
  name: string,
  expected: Pick<Scenario, 'code' | 'resumes'>,
  homeOf: (stage: Stage) => string,
  record: Record,
  endFirst = false,
): Scenario {
  return {
    name,
    ...expected,
    set: (stage) => {
      const child = spawn('sleep', ['60'], { stdio: 'ignore' });
      const pid = child.pid ?? 0;
      const procStart = startOf(pid);
      if (endFirst) child.kill('SIGKILL');
      const path = join(homeOf(stage), 'sessions', `${endFirst ? 4_194_303 : pid}.json`);
      write(path, JSON.stringify({ pid, sessionId, cwd: stage.cwd, procStart, ...record }));
      return {
        options: { accountHomes: [stage.accountA] },
        undo: () => void child.kill('SIGKILL'),
      };
    },
  };
}

/** Field 22 of the status of a process; its name, in parentheses, may hold anything. */
function startOf(pid: number): string {
  const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

const here = ({ accountB }: Stage) => accountB;
const there = ({ accountA }: Stage) => accountA;

export const aboutProcesses: readonly Scenario[] = [
  recorded(
    'the session runs in the background under this home',
    { code: 'running-in-background', resumes: refuses },
    here,
    { kind: 'bg' },
  ),
  recorded(
    'the session runs in a daemon under this home',
    { code: 'running-in-background', resumes: refuses },
    here,
    { kind: 'daemon-worker' },
  ),
  recorded(
    'the session runs in the background under another home',
    { code: 'session-running running', resumes: true },
    there,
    { kind: 'bg' },
  ),
  recorded(
    'the session runs on a terminal under this home',
    { code: 'session-running running', resumes: true },
    here,
    { kind: 'interactive' },
  ),
  recorded('another process has the number of the one on record', { resumes: true }, here, {
    kind: 'bg',
    procStart: '1',
  }),
  recorded(
    'a process in the background is on record without the time of its start',
    { code: 'running-in-background', resumes: refuses },
    here,
    { kind: 'bg', procStart: undefined },
  ),
  recorded(
    'a process in the background is on record for another machine',
    { code: 'running-in-background', resumes: refuses },
    here,
    { kind: 'bg', pidDomain: 'linux:0123456789abcdef0123456789abcdef:pid:[1]' },
  ),
  recorded(
    'a process in the background is on record with the id in upper case',
    {
      code: changing('session-running running', ['2.1.285', 'running-in-background']),
      resumes: changing(true, ['2.1.285', false]),
    },
    here,
    { kind: 'bg', sessionId: sessionId.toUpperCase() },
  ),
  recorded('the process on record has ended', { resumes: true }, here, { kind: 'bg' }, true),
];
