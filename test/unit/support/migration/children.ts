import { type ChildProcess, spawn } from 'node:child_process';

/** How a process has ended. */
interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of its own to which jobs are sent. */
export interface Child<Job, Answer> {
  readonly process: ChildProcess;
  readonly ended: Promise<Ending>;
  tell(job: Job): void;
  /** The next answer; `undefined` when the process ends first. */
  answer(): Promise<Answer | undefined>;
}

/** Starts a bundled child; `isAnswer` says what is one. */
export function startMigrationChild<Job extends object, Answer>(
  script: string,
  isAnswer: (message: unknown) => message is Answer,
): Child<Job, Answer> {
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting: ((answer: Answer | undefined) => void)[] = [];
  const early: Answer[] = [];
  let over = false;
  child.on('message', (message) => {
    if (!isAnswer(message)) throw new Error(`the child said ${JSON.stringify(message)}`);
    const next = waiting.shift();
    if (next === undefined) early.push(message);
    else next(message);
  });
  const ended = new Promise<Ending>((resolve) => {
    // Not `exit`: what the child said last may still be on its way.
    child.once('close', (code, signal) => {
      over = true;
      for (const one of waiting.splice(0)) one(undefined);
      resolve({ code, signal });
    });
  });
  return {
    process: child,
    ended,
    tell: (job) => {
      // A child that has been killed needs no job.
      child.send(job, () => {});
    },
    answer: async () => {
      const first = early.shift();
      if (first !== undefined || over) return first;
      return await new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
  };
}
