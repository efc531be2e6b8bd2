import { childOf } from '../../paths.ts';
import { entriesIn } from '../../sessions/directory.ts';
import { sessionOf } from '../kinds-of-files.ts';
import type { Tools } from '../tools.ts';

/** Where the transcripts of sessions are in a tree, by session in lower case. */
export type Places = ReadonlyMap<string, readonly string[]>;

/** The session of a transcript at `<project key>/<session>.jsonl`; not of those that belong to one. */
export function transcriptOf(path: string): string | undefined {
  const isAtItsPlace = /^[^/\\]+[/\\][^/\\]+\.jsonl$/.test(path);
  return isAtItsPlace ? sessionOf(path)?.toLowerCase() : undefined;
}

/** Finds the transcripts of a tree by their names alone; none where the tree holds none. */
export async function sessionPlaces(
  { tools: { fs }, name }: { readonly tools: Tools; readonly name: string },
  root: string,
): Promise<Places> {
  const places = new Map<string, string[]>();
  const keys = name === 'projects' ? await entriesIn(fs, root) : undefined;
  for (const key of keys?.ok === true ? keys.value : []) {
    if (key.kind !== 'directory') continue;
    const entries = await entriesIn(fs, childOf(root, key.name));
    for (const entry of entries.ok ? entries.value : []) {
      const path = childOf(key.name, entry.name);
      const session = transcriptOf(path);
      if (session === undefined) continue;
      places.set(session, [...(places.get(session) ?? []), path]);
    }
  }
  return places;
}
