/** A promise-based port, or an object that carries one as `promises`, as `node:fs` and memfs's `fs` do. */
export type FsLike<Port> = Port | { readonly promises: Port };

/** The promise-based port inside what a caller handed over. */
export function promisesOf<Port extends object>(fs: FsLike<Port>): Port {
  return 'promises' in fs ? fs.promises : fs;
}

export function textOf(path: string | Uint8Array): string {
  return typeof path === 'string' ? path : new TextDecoder().decode(path);
}
