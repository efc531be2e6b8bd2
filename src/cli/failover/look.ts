import {
  type FailoverFs,
  type FailoverSession,
  type MigrateReadFs,
  readLimitRows,
  type RelaunchOptions,
  type SavedSession,
  saveResumeUUIDs,
  type Terminal,
} from '../../failover/index.ts';
import type { FsLike } from '../../index.ts';
import { findLiveSessions, type LiveSession } from '../../sessions/index.ts';
import type { Look, LoopState, SessionState, Sighting } from './loop.ts';

/** A session of `--session`; its directory is the one that it runs in, unless given. */
export interface WantedSession {
  readonly name: string;
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
}: Surroundings) {
  const { sessions } = await findLiveSessions(homes, { fs, processInspector });
  const running = sessions.filter(({ processState }) => processState === 'running');
  const all = await terminal.sessions();
  const there = all.filter((name) =>
    isDiscovering ? isUsableName(name) : named.some((each) => each.name === name),
  );
  const found: Found[] = [];
  for (const name of new Map(there.map((each) => [each.toLowerCase(), each])).values()) {
    const panes = await orNone(() => terminal.panes(name));
    const targets = panes.length < 2 ? [name] : panes.map(({ id }) => `${name}:${id}`);
    for (const target of targets) {
      const pids = await orNone(() => terminal.processIds(target));
      // The nearest to the shell: a session may have started another one.
      const inside = pids.flatMap((pid) => running.find((live) => live.pid === pid) ?? []);
      const [live] = inside;
      const cwd = named.find((each) => each.name === name)?.cwd ?? live?.cwd;
      if (live === undefined || cwd?.startsWith('/') !== true) continue;
      found.push({ name, cwd, live, target });
      break;
    }
  }
  const placed = named.flatMap(({ name, cwd }) => (cwd === undefined ? [] : { name, cwd }));
  const watched = [...found, ...placed].map(({ name, cwd }) => [name, { name, cwd }] as const);
  return { hasServer: all.length > 0, found, watched: new Map(watched) };
}

async function orNone<Value>(ask: () => Promise<readonly Value[]>): Promise<readonly Value[]> {
  return await ask().catch(() => []);
}

/** Whether the calls accept it for the name of a session: one path segment, with nothing hidden. */
export function isUsableName(name: string): boolean {
  return /^(?![.])[^/\\:\p{Cc}\p{Surrogate}]*[^/\\:\p{Cc}\p{Surrogate}. ]$/u.test(name);
}

/** Looks at every session once: saves its id, reads what is new in its transcript, and its screen. */
export async function lookAround(
  at: Date,
  surroundings: Surroundings,
  { sessions }: LoopState,
): Promise<Look> {
  const { homes, isDiscovering, named } = surroundings;
  const { terminal, stateDirectory, fs, processInspector, required } = surroundings.tools;
  const { hasServer, found, watched: there } = await findInTerminals(surroundings);
  const known = new Map(Object.entries(sessions));
  const isKept = (name: string) => isDiscovering || named.some((each) => each.name === name);
  const kept = [...known].filter(([name]) => isKept(name));
  const watched = new Map([
    ...kept.map(([name, { cwd }]) => [name, { name, cwd }] as const),
    ...there,
  ]);
  const tools = { terminal, stateDirectory, fs, processInspector };
  const saved = await saveResumeUUIDs([...watched.values()], { ...tools, accountHomes: homes });
  const sightings: Sighting[] = [];
  for (const each of saved.sessions) {
    const { name, sessionId } = each;
    const cwd = watched.get(name)?.cwd ?? '';
    const running = found.find((one) => one.name === name);
    if (each.source === 'record' && running !== undefined) {
      const { live, target } = running;
      const [accountHome] = live.accountHomes;
      const { rows, cursor } = await readLimitRows(live.sessionId, {
        accountHomes: [accountHome],
        required,
        cursor: known.get(name)?.cursor,
        now: at,
        fs,
      });
      const text = await terminal.capture(target).catch(() => undefined);
      const { sessionId: id, startedAt, path: record } = live;
      const seen = { name, cwd, state: 'running', accountHome, sessionId: id, startedAt } as const;
      sightings.push({ ...seen, record, cursor, rows, text });
    } else {
      const record = known.get(name)?.record;
      const isLeft = record !== undefined && (await surroundings.readFile(record)) !== undefined;
      sightings.push({ name, cwd, sessionId, state: stateOf(each, isLeft) });
    }
  }
  return { at, hasServer, sightings };
}

/** How a session that doesn't run came to that. A program that ends by itself takes its record away (2.1.197, 2.1.332). */
function stateOf({ source, problems }: SavedSession, isRecordLeft: boolean): SessionState {
  const has = (code: string) => problems.some((problem) => problem.code === code);
  if (has('terminal-missing')) return 'missing';
  if (source === 'pane') return 'ended';
  if (has('no-resume-hint')) return isRecordLeft ? 'killed' : 'ended';
  return 'busy';
}
