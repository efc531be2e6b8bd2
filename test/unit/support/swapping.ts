import { join } from 'node:path';
import { requiredSharedUnder } from 'claude-shared-state';
import { type FailoverSession, swapAccounts, type SwapOptions } from 'claude-shared-state/failover';
import { projectKey } from 'claude-shared-state/sessions';
import { FakeTerminal } from './fake-terminal.ts';
import { at, makeDirectory, makeFile, makeLink, type World } from './world.ts';

export const ONE = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
export const TWO = '7c1d9e2b-3a4f-4b5c-8d6e-1f2a3b4c5d6e';
export const THREE = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';

/** Two homes that share their state, three sessions with a terminal each, and a state directory. */
export interface Stage {
  readonly world: World;
  readonly terminal: FakeTerminal;
  readonly from: string;
  readonly to: string;
  readonly stateDirectory: string;
  readonly sessions: readonly FailoverSession[];
  readonly options: Omit<SwapOptions, 'from' | 'to' | 'sessions'>;
}

export function setStage(world: World): Stage {
  const [from, to] = [at(world, 'a'), at(world, 'b')];
  const required = requiredSharedUnder(at(world, 'shared'));
  for (const home of [from, to]) {
    for (const { name, target } of required) {
      makeDirectory(world, target);
      makeLink(world, join(home, name), target);
    }
    const oauthAccount = { accountUuid: `user-of-${home}`, organizationUuid: 'one' };
    const projects = { '/': { hasTrustDialogAccepted: true } };
    makeFile(world, join(home, '.claude.json'), JSON.stringify({ oauthAccount, projects }));
  }
  const terminal = new FakeTerminal(world);
  const stateDirectory = at(world, 'state');
  const sessions = ['api', 'web', 'docs'].map((name) => ({ name, cwd: at(world, `work/${name}`) }));
  for (const { name, cwd } of sessions) {
    makeDirectory(world, cwd);
    terminal.open(name);
  }
  let pid = 40;
  return {
    world,
    terminal,
    from,
    to,
    stateDirectory,
    sessions,
    get options() {
      pid += 1;
      return {
        terminal,
        stateDirectory,
        required,
        fs: world.fs,
        processInspector: terminal.processInspector,
        sleep: () => Promise.resolve(),
        pid,
      };
    },
  };
}

/** Writes what Claude Code would keep of a session that works in a directory. */
export function writeTranscript(
  { world }: Stage,
  id: string,
  session: FailoverSession,
  more: readonly object[] = [],
): void {
  const record = {
    type: 'user',
    uuid: id,
    timestamp: '2026-03-01T12:00:00Z',
    sessionId: id,
    message: { role: 'user', content: 'Hello' },
  };
  const key = projectKey(session.cwd);
  const path = at(world, `shared/.claude-projects-shared/${key}/${id}.jsonl`);
  const lines = [record, ...more].map((line) => `${JSON.stringify({ sessionId: id, ...line })}\n`);
  makeFile(world, path, lines.join(''));
}

/** Adds a row of the assistant to the transcript of a session: an answer, or what the API refused. */
export function addAnswer(
  { world }: Stage,
  id: string,
  session: FailoverSession,
  refusal?: { readonly error: string; readonly text: string },
): void {
  const key = projectKey(session.cwd);
  const path = at(world, `shared/.claude-projects-shared/${key}/${id}.jsonl`);
  const content = [{ type: 'text', text: refusal?.text ?? 'Done.' }];
  const failed = refusal === undefined ? {} : { isApiErrorMessage: true, error: refusal.error };
  const row = { type: 'assistant', timestamp: '2026-03-01T12:00:01Z', sessionId: id, ...failed };
  const line = JSON.stringify({ ...row, message: { role: 'assistant', content } });
  makeFile(world, path, `${String(world.fs.readFileSync(path, 'utf8'))}${line}\n`);
}

/** Lets the first two sessions run under the first account, each with a transcript. */
export function startBoth(stage: Stage): void {
  const { terminal, from, sessions } = stage;
  for (const [index, id] of [ONE, TWO].entries()) {
    const session = sessions[index];
    if (session === undefined) throw new Error('no such session');
    writeTranscript(stage, id, session);
    terminal.start(session.name, id, from);
  }
}

/** What is saved for a session; `undefined` where nothing is. */
export function savedFor({ world, stateDirectory }: Stage, name: string): string | undefined {
  const path = join(stateDirectory, name, 'resume-id.txt');
  return world.fs.existsSync(path) ? String(world.fs.readFileSync(path, 'utf8')) : undefined;
}

export async function swap(stage: Stage, more: Partial<SwapOptions> = {}) {
  const { from, to, sessions, options } = stage;
  return await swapAccounts({ ...options, from, to, sessions, ...more });
}

/** How each session came out: its outcome, and the codes of what stood against it. */
export function told(
  sessions: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly problems: readonly { readonly code: string; readonly severity: string }[];
  }[],
) {
  return Object.fromEntries(
    sessions.map(({ name, outcome, problems }) => [
      name,
      [
        outcome,
        ...problems.filter(({ severity }) => severity === 'error').map(({ code }) => code),
      ].join(' '),
    ]),
  );
}
