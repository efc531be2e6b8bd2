/** A promise-based port, or an object that carries one as `promises`, as `node:fs` and memfs's `fs` do. */
export type FsLike<Port> = Port | { readonly promises: Port };

/** What a call asks of the file system that it is given. */
export interface PortShape {
  readonly members: readonly string[];
  /** Whether an object that carries the port as `promises` will do, too. */
  readonly orPromises: boolean;
}

/** The functions that a given file system lacks for a port; a partial fake is never filled up. */
export function missingMembers(fs: unknown, { members, orPromises }: PortShape): readonly string[] {
  const holder = orPromises && isObject(fs) && 'promises' in fs ? fs.promises : fs;
  return members.filter(
    (member) => !isObject(holder) || typeof Reflect.get(holder, member) !== 'function',
  );
}

/** The promise-based port inside what a caller handed over. */
export function promisesOf<Port extends object>(fs: FsLike<Port>): Port {
  return 'promises' in fs ? fs.promises : fs;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function textOf(path: string | Uint8Array): string {
  return typeof path === 'string' ? path : new TextDecoder().decode(path);
}

/** The `code` of a failed call, such as `EACCES`; `UNKNOWN` for an error that carries none. */
export function errnoOf(error: unknown): string {
  return isObject(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNKNOWN';
}
