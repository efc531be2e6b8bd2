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

/** An engine in memory. `before` and `after` run around every call, and may reject. */
export function memoryEngine(hooks: { before?: () => void; after?: () => void } = {}) {
  const files = new Map<string, Stored>();
  let format: number | undefined;
  const call = async <Value>(effect: () => Value): Promise<Value> => {
    hooks.before?.();
    const value = effect();
    hooks.after?.();
    return value;
  };
  const log: SessionLog = {
    prepare: () => call(() => void (format = 1)),
    format: () => call(() => format),
    append: (key, number, body, head) =>
      call(() => {
        const there = files.get(nameOf(key)) ?? { ...key, chunks: [], head };
        if (there.chunks.length !== number) return false;
        files.set(nameOf(key), {
          ...there,
          chunks: [...there.chunks, Uint8Array.from(body)],
          head,
        });
        return true;
      }),
    head: (key) =>
      call(() => {
        const there = files.get(nameOf(key));
        return there && { chunks: there.chunks.length, head: there.head };
      }),
    async *read(key, from) {
      for (let at = from; ; at += 1) {
        const body = await call(() => files.get(nameOf(key))?.chunks[at]);
        if (body === undefined) return;
        yield body;
      }
    },
    listProjects: () => call(() => [...new Set([...files.values()].map((it) => it.projectKey))]),
    list: (projectKey, sessionId) =>
      call(() =>
        [...files.values()]
          .filter((it) => it.projectKey === projectKey)
          .filter((it) => sessionId === undefined || it.sessionId === sessionId)
          .map((it) => ({ ...it, size: it.head.size, updatedAt: 1_700_000_000_000 })),
      ),
    delete: (key) => call(() => void files.delete(nameOf(key))),
  };
  return {
    files,
    open: (options?: StoreOptions) => createSessionStore(log, options),
    /** What it has of a file. */
    textOf: (projectKey: string, sessionId: string, file = '') => {
      const there = files.get(nameOf({ projectKey, sessionId, file }));
      return there && Buffer.concat(there.chunks).toString('latin1');
    },
  };
}
