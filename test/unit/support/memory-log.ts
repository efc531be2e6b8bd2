import {
  createSessionStore,
  type Head,
  type SessionLog,
  type StoreOptions,
} from 'claude-shared-state/store';

interface Stored {
  readonly projectKey: string;
  readonly sessionId: string;
  readonly file: string;
  chunks: Uint8Array[];
  head: Head;
}

const nameOf = (key: object) => {
  const { projectKey, sessionId, file } = { projectKey: '', sessionId: '', file: '', ...key };
  return JSON.stringify([projectKey, sessionId, file]);
};

/** What runs around every call of an engine, and may reject. */
export interface Hooks {
  before?: (call: keyof SessionLog) => void;
  after?: (call: keyof SessionLog) => void;
}

/** An engine in memory. */
export function memoryEngine(hooks: Hooks = {}) {
  const files = new Map<string, Stored>();
  let format: number | undefined;
  const call = async <Value>(name: keyof SessionLog, effect: () => Value): Promise<Value> => {
    hooks.before?.(name);
    const value = effect();
    hooks.after?.(name);
    return value;
  };
  const log: SessionLog = {
    prepare: () => call('prepare', () => void (format = 1)),
    format: () => call('format', () => format),
    append: (key, before, body, head) =>
      call('append', () => {
        const there = files.get(nameOf(key));
        const { chunks = [] } = there ?? {};
        const isNext =
          chunks.length === (before?.chunks ?? 0) && there?.head.sha256 === before?.head.sha256;
        if (!isNext) return false;
        files.set(nameOf(key), { ...key, chunks: [...chunks, Uint8Array.from(body)], head });
        return true;
      }),
    head: (key) =>
      call('head', () => {
        const there = files.get(nameOf(key));
        return there && { chunks: there.chunks.length, head: there.head };
      }),
    async *read(key, from) {
      for (let at = from; ; at += 1) {
        const body = await call('read', () => files.get(nameOf(key))?.chunks[at]);
        if (body === undefined) return;
        yield body;
      }
    },
    listProjects: () =>
      call('listProjects', () => [...new Set([...files.values()].map((it) => it.projectKey))]),
    list: (projectKey, sessionId) =>
      call('list', () =>
        [...files.values()]
          .filter((it) => it.projectKey === projectKey)
          .filter((it) => sessionId === undefined || it.sessionId === sessionId)
          .map((it) => ({ ...it, size: it.head.size, updatedAt: 1_700_000_000_000 })),
      ),
    delete: (key) => call('delete', () => void files.delete(nameOf(key))),
  };
  return {
    files,
    /** Its calls, which a test may replace. */
    log,
    open: (options?: StoreOptions) => createSessionStore(log, options),
    /** What it has of a file. */
    textOf: (projectKey: string, sessionId: string, file = '') => {
      const there = files.get(nameOf({ projectKey, sessionId, file }));
      return there && Buffer.concat(there.chunks).toString('latin1');
    },
  };
}
