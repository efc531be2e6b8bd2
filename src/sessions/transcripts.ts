import { type Result, toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import type { FileStats, SessionReadFs } from '../fs/session-fs.ts';
import { type Entry, entryOf, identityOf } from '../fs/stats.ts';
import { join, dirname } from '../core/paths.ts';
import type { ResumeUUID } from './resume-uuid.ts';
import type { ProjectsRoot, Way } from './roots.ts';

/** One name of a transcript: a path at which it is found. */
export interface TranscriptName {
  readonly path: string;
  /** The home it is found through; absent for the shared target itself. */
  readonly accountHome?: string;
  readonly projectKey: string;
  /** Whether the file is a link, which the search in all projects skips. */
  readonly isLink: boolean;
  /** Whether the project directory is a link, which that search skips, too. */
  readonly isInLinkedDirectory: boolean;
}

/** One real file, or whatever else stands in its place, with every name that leads to it. */
export interface Transcript {
  readonly kind: 'file' | 'directory' | 'other';
  /** In bytes. */
  readonly size: number;
  readonly modified: Date;
  /** At least one; of the known project key first. */
  readonly names: readonly [TranscriptName, ...TranscriptName[]];
}

/** A directory that could not be looked into, or a file that could not be looked at. */
export interface Unreadable {
  readonly path: string;
  readonly accountHome?: string;
  readonly errno: string;
}

export interface Search {
  readonly transcripts: readonly Transcript[];
  readonly unreadable: readonly Unreadable[];
}

type Names = [TranscriptName, ...TranscriptName[]];

/** What stands in one project directory under the name of a transcript. */
interface Hit {
  readonly name: Omit<TranscriptName, 'path' | 'accountHome'>;
  readonly stats: FileStats;
}

// As many as keep the threads of the file system busy, and no more.
const AT_ONCE = 512;

const bigint = { bigint: true } as const;

/**
 * Finds every transcript of a session: one `stat` in each project directory, and a closer look only at
 * what is there.
 *
 * @param firstKeys - Project keys to be tried first, and even where projects cannot be listed.
 */
export async function searchTranscripts(
  fs: SessionReadFs,
  sessionId: ResumeUUID,
  roots: readonly ProjectsRoot[],
  firstKeys: readonly string[],
): Promise<Search> {
  const byIdentity = new Map<string, Omit<Transcript, 'names'> & { readonly names: Names }>();
  const unreadable: Unreadable[] = [];
  for (const { ways } of roots) {
    const { hits, failures } = await searchRoot(fs, `${sessionId}.jsonl`, ways[0].path, firstKeys);
    for (const { name, stats } of hits) {
      const [way, ...others] = ways;
      const names: Names = [
        nameThrough(way, name, sessionId),
        ...others.map((other) => nameThrough(other, name, sessionId)),
      ];
      const identity = identityOf(entryOf(stats)) ?? names[0].path;
      const known = byIdentity.get(identity);
      if (known === undefined) byIdentity.set(identity, { ...describe(stats), names });
      else known.names.push(...names);
    }
    for (const { key, errno } of failures) {
      unreadable.push(...ways.map((way) => ({ ...way, path: join(way.path, key), errno })));
    }
  }
  return { transcripts: [...byIdentity.values()], unreadable };
}

async function searchRoot(
  fs: SessionReadFs,
  fileName: string,
  root: string,
  firstKeys: readonly string[],
) {
  const hits: Hit[] = [];
  const failures: { readonly key: string; readonly errno: string }[] = [];
  const listed = await listDirectory(fs, root);
  // An empty key stands for the root itself.
  if (!listed.ok) failures.push({ key: '', errno: listed.errno });
  const directories = (listed.ok ? listed.value : []).filter(({ kind }) => kind !== 'other');
  const keys = [...new Set([...firstKeys, ...directories.map(({ name }) => name)])];
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE);
    const paths = some.map((key) => join(join(root, key), fileName));
    const answers = await Promise.all(paths.map((path) => toResult(fs.stat(path, bigint))));
    for (const [index, found] of answers.entries()) {
      const [projectKey = '', path = ''] = [some[index], paths[index]];
      if (found.ok) {
        const [isLink = false, isInLinkedDirectory = false] = await Promise.all(
          [path, dirname(path)].map(async (it) => isSymlink(await toResult(fs.lstat(it, bigint)))),
        );
        hits.push({ name: { projectKey, isLink, isInLinkedDirectory }, stats: found.value });
      } else if (found.errno !== 'ENOENT' && found.errno !== 'ENOTDIR') {
        failures.push({ key: projectKey, errno: found.errno });
      }
    }
  }
  return { hits, failures };
}

function isSymlink(stats: Result<FileStats>): boolean {
  return stats.ok && stats.value.isSymbolicLink();
}

function nameThrough(
  { path: root, accountHome }: Way,
  name: Hit['name'],
  sessionId: ResumeUUID,
): TranscriptName {
  const path = join(join(root, name.projectKey), `${sessionId}.jsonl`);
  return accountHome === undefined ? { path, ...name } : { path, accountHome, ...name };
}

function describe(stats: FileStats): Omit<Transcript, 'names'> {
  const { kind } = entryOf(stats);
  const size = Number(stats.size);
  return { kind: kindOf(kind), size, modified: new Date(Number(stats.mtimeMs)) };
}

function kindOf(kind: Entry['kind']): Transcript['kind'] {
  return kind === 'symlink' ? 'other' : kind;
}
