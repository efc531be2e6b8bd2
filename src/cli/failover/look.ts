import {
  type FailoverFs,
  type FailoverSession,
  isTerminalError,
  type MigrateReadFs,
  readLimitRows,
  type RelaunchOptions,
  type SavedSession,
  saveResumeUUIDs,
  type Terminal,
} from '../../failover/index.ts';
import type { FsLike } from '../../index.ts';
import { findLiveSessions, type LiveSession } from '../../sessions/index.ts';
import type { SessionState, Look, Sighting } from './loop.ts';
import type { Memory } from './memory.ts';

/** A session of `--session`; its directory is the one that it runs in, unless given. */
export interface WantedSession extends Pick<FailoverSession, 'name' | 'pane'> {
  readonly cwd?: string | undefined;
}

/** What the daemon and the commands look at and work with. */
export interface Surroundings {
  readonly homes: readonly string[];
  /** Whether sessions are those that are found, and not those that are named. */
  readonly isDiscovering: boolean;
  readonly named: readonly WantedSession[];
  /** What the calls of the library take. */
  readonly tools: Omit<RelaunchOptions, 'targetHome' | 'accountHomes'> & {
    readonly terminal: Required<Terminal>;
    readonly fs?: FsLike<FailoverFs & MigrateReadFs> | undefined;
  };
  /** The text of a file, `undefined` if there is none; rejects if it can't be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
}

/** A session that runs in a terminal. */
interface Found extends FailoverSession {
  readonly live: LiveSession;
  /** The name of its pane for the calls of a terminal. */
  readonly target: string;
}

/** Finds the sessions that run in terminals, by the records of their processes. */
export async function findInTerminals({
  homes,
  isDiscovering,
  named,
  tools: { terminal, fs, processInspector },
}: Surroundings): Promise<{ readonly there: readonly string[]; readonly found: readonly Found[] }> {
  const { sessions } = await findLiveSessions(homes, { fs, processInspector });
  const running = sessions.filter(({ processState }) => processState === 'running');
  const there = (await terminal.sessions()).filter((name) =>
    isDiscovering ? isUsableName(name) : named.some((each) => each.name === name),
  );
  const found = new Map<string, Found>();
  for (const name of there) {
    const wanted = named.find((each) => each.name === name);
    const panes = await orNone(() => terminal.panes(name));
    const several = panes.length < 2 ? [] : panes.map(({ id }) => id);
    const ids = wanted?.pane === undefined ? several : [wanted.pane];
    const targets = ids.length === 0 ? [name] : ids.map((id) => `${name}:${id}`);
    for (const target of targets) {
      const pids = await orNone(() => terminal.processIds(target));
      // The nearest to the shell: a session may have started another one.
      const inside = pids.flatMap((pid) => running.find((live) => live.pid === pid) ?? []);
      const [live] = inside;
      const cwd = wanted?.cwd ?? live?.cwd;
      if (live === undefined || cwd?.startsWith('/') !== true || found.has(folded(name))) continue;
      found.set(folded(name), { name, cwd, live, target });
      break;
    }
  }
  return { there, found: [...found.values()] };
}

/** The sessions to act on, each with its directory, and its pane if one was named; later lists take precedence. */
export function sessionsIn(
  named: readonly WantedSession[],
  ...known: readonly (readonly WantedSession[])[]
): readonly FailoverSession[] {
  const sessions = new Map<string, FailoverSession>();
  for (const { name, cwd } of [...known.flat(), ...named]) {
    const pane = named.find((each) => each.name === name)?.pane;
    if (cwd !== undefined) sessions.set(folded(name), { name, cwd, pane });
  }
  return [...sessions.values()];
}

/** Asks about a terminal that may be gone by now. */
export async function orNone<Value>(
  ask: () => Promise<readonly Value[]>,
): Promise<readonly Value[]> {
  return await ask().catch((error: unknown) => {
    if (isTerminalError(error) && error.reason === 'no-session') return [];
    throw error;
  });
}

/** Two names that are one to some file systems are one session. */
export const folded = (name: string): string => name.normalize('NFKC').toLowerCase();

/** Whether tmux has such names, and the calls accept it for a session: one path segment, with nothing hidden. */
export function isUsableName(name: string): boolean {
  return /^(?!\$)[^/\\:.\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]+(?<! )$/u.test(name);
}

/** Looks at every session once: saves its id, reads what is new in its transcript, and its screen. */
export async function lookAround(
  at: Date,
  surroundings: Surroundings,
  { loop, cursors, records }: Memory,
): Promise<{ readonly look: Look } & Pick<Memory, 'cursors' | 'records'>> {
  const { homes, isDiscovering, named } = surroundings;
  const { terminal, stateDirectory, fs, processInspector, required } = surroundings.tools;
  const server = await terminal.server();
  const { found } = await findInTerminals(surroundings);
  const remembered = Object.entries(loop.sessions).flatMap(([name, { cwd }]) =>
    isDiscovering || named.some((each) => each.name === name) ? { name, cwd } : [],
  );
  const watched = sessionsIn(named, remembered, found);
  const tools = { terminal, stateDirectory, fs, processInspector };
  const saved = await saveResumeUUIDs(watched, { ...tools, accountHomes: homes });
  const next = { cursors: new Map<string, unknown>(), records: new Map<string, string>() };
  const sightings: Sighting[] = [];
  const unreadable = new Set<string>();
  for (const each of saved.sessions) {
    const { name, sessionId } = each;
    const cwd = watched.find((one) => one.name === name)?.cwd ?? '';
    const running = found.find((one) => one.name === name);
    if (each.source === 'record' && running !== undefined) {
      const { live, target } = running;
      const [accountHome] = live.accountHomes;
      const rows = await readLimitRows(live.sessionId, {
        accountHomes: [accountHome],
        required,
        cursor: cursors.get(name),
        now: at,
        fs,
      });
      next.cursors.set(name, rows.cursor);
      next.records.set(name, live.path);
      // What else can't be read doesn't matter once the transcript is found.
      const wasRead = rows.cursor.path !== '' && rows.cursor.at === Number(at);
      const failed = wasRead ? [] : rows.unreadable;
      for (const { path, errno } of failed) unreadable.add(`${path} (${errno})`);
      const text = await terminal.capture(target).catch(() => undefined);
      const { sessionId: id, startedAt } = live;
      const seen = { name, cwd, state: 'running', sessionId: id, startedAt } as const;
      sightings.push({ ...seen, accountHome, rows: rows.rows, text });
    } else {
      const [cursor, record] = [cursors.get(name), records.get(name)];
      if (cursor !== undefined) next.cursors.set(name, cursor);
      if (record !== undefined) next.records.set(name, record);
      const isLeft = record !== undefined && (await isThere(record, surroundings));
      const { problems } = each;
      sightings.push({ name, cwd, sessionId, state: stateOf(each, isLeft), problems });
    }
  }
  // If it is another one by now, the terminals that were looked at may be of either.
  const isSame = server !== undefined && server === (await terminal.server());
  const isSameServer = isSame && (loop.server ?? server) === server;
  return { look: { at, server, isSameServer, sightings, unreadable: [...unreadable] }, ...next };
}

async function isThere(path: string, { readFile }: Surroundings): Promise<boolean> {
  return await readFile(path).then(
    (text) => text !== undefined,
    () => true,
  );
}

/** How a session that doesn't run came to that. A program that ends by itself takes its record away (2.1.197, 2.1.332). */
function stateOf({ source, problems }: SavedSession, isRecordLeft: boolean): SessionState {
  const has = (code: string) => problems.some((problem) => problem.code === code);
  if (has('terminal-missing')) return 'missing';
  if (source === 'pane') return 'ended';
  if (has('no-resume-hint')) return isRecordLeft ? 'killed' : 'ended';
  return 'busy';
}
