import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { basename, dirname, join } from '../core/paths.ts';
import { failure, type Result, toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { textOf } from '../fs/port.ts';
import type { FileStats, SessionReadFs } from '../fs/session-fs.ts';
import { entryOf, identityOf } from '../fs/stats.ts';
import type { SharedSymlink } from '../links/required.ts';
import { dateOf } from '../retention/expiring.ts';
import { parseResumeUUID, type ResumeUUID } from './resume-uuid.ts';

/** One path at which a transcript is found. */
export interface TranscriptPath {
  readonly path: string;
  /** The home it is found through; absent for the shared target itself. */
  readonly accountHome?: string;
  readonly projectKey: string;
  /** Whether the file is a link, which the search in all projects skips. */
  readonly isLink: boolean;
  /** Whether the project directory is a link, which that search skips, too. */
  readonly isInLinkedDirectory: boolean;
}

/** One real file, or whatever has the name of a transcript, with every path that leads to it. */
export interface Transcript {
  readonly kind: 'file' | 'directory' | 'other';
  /** In bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
  /** At least one; that of the known project key first. */
  readonly paths: readonly [TranscriptPath, ...TranscriptPath[]];
}

/** A directory that could not be searched, or a file that could not be inspected. */
export interface Unreadable {
  readonly path: string;
  readonly accountHome?: string;
  readonly errno: string;
}

/** A path of a directory of projects. */
type ProjectsPath = Pick<TranscriptPath, 'path' | 'accountHome'>;

/** A real directory of projects, with every path that leads to it: those of the homes first. */
export type ProjectsRoot = readonly [ProjectsPath, ...ProjectsPath[]];

const bigint = { bigint: true } as const;

/** Finds the directories of projects of all homes, and the shared one, each once. */
export async function findRoots(
  fs: SessionReadFs,
  accountHomes: readonly string[],
  required: readonly SharedSymlink[],
) {
  const paths: readonly ProjectsPath[] = [
    ...accountHomes.map((accountHome) => ({ path: join(accountHome, 'projects'), accountHome })),
    ...required.filter(({ name }) => name === 'projects').map(({ target }) => ({ path: target })),
  ];
  const identities = await Promise.all(paths.map(({ path }) => directoryIdentity(fs, path)));
  const byIdentity = new Map<string, [ProjectsPath, ...ProjectsPath[]]>();
  const unreadable: Unreadable[] = [];
  for (const [index, path] of paths.entries()) {
    const identity = identities[index];
    if (identity === undefined) continue;
    const known = identity.ok ? byIdentity.get(identity.value) : undefined;
    if (!identity.ok) unreadable.push({ ...path, errno: identity.errno });
    else if (known === undefined) byIdentity.set(identity.value, [path]);
    else known.push(path);
  }
  const roots: readonly ProjectsRoot[] = [...byIdentity.values()];
  return { roots, unreadable };
}

/** What is equal for one and the same directory, whatever path leads to it. */
async function directoryIdentity(fs: SessionReadFs, path: string): Promise<Result<string>> {
  const stats = await toResult(fs.stat(path, bigint));
  if (!stats.ok) return stats;
  const entry = entryOf(stats.value);
  if (entry.kind !== 'directory') return failure({ code: 'ENOTDIR' });
  const identity = identityOf(entry);
  if (identity !== undefined) return { ok: true, value: identity };
  const real = await toResult(fs.realpath(path));
  return real.ok ? { ok: true, value: textOf(real.value) } : real;
}

/** The keys of the projects in a directory: whatever may be a directory, also through a link. */
async function listProjects(
  fs: SessionReadFs,
  [{ path }]: ProjectsRoot,
): Promise<Result<readonly string[]>> {
  const listed = await listDirectory(fs, path);
  if (!listed.ok) return listed;
  const value = listed.value.filter(({ kind }) => kind !== 'other').map(({ name }) => name);
  return { ok: true, value };
}

/** A file with the name of a transcript. */
export interface TranscriptFile {
  readonly sessionId: ResumeUUID;
  readonly path: string;
  readonly projectKey: string;
}

/** How transcripts are listed: those of which projects, and who is told what can't be read. */
export interface TranscriptFilter {
  readonly isWanted?: (projectKey: string) => boolean;
  readonly onUnreadable?: ((unreadable: Unreadable) => void) | undefined;
}

/** Lists the transcripts of all sessions by their names; skips what can't be read. */
export async function listTranscripts(
  fs: SessionReadFs,
  root: ProjectsRoot,
  { isWanted = () => true, onUnreadable = () => undefined }: TranscriptFilter = {},
): Promise<readonly TranscriptFile[]> {
  const projects = await listProjects(fs, root);
  const { path } = root[0];
  if (!projects.ok) onUnreadable({ path, errno: projects.errno });
  const keys = projects.ok ? projects.value.filter(isWanted) : [];
  const list = (key: string) => listProject(fs, path, key, onUnreadable);
  return (await mapLimit(keys, list, MANY_AT_ONCE)).flat();
}

/** The same for one project. */
export async function listProject(
  fs: SessionReadFs,
  root: string,
  projectKey: string,
  onUnreadable?: TranscriptFilter['onUnreadable'],
): Promise<readonly TranscriptFile[]> {
  const directory = join(root, projectKey);
  const files = await listDirectory(fs, directory);
  // It may be a link to a file, or have been removed meanwhile.
  if (!files.ok && !['ENOENT', 'ENOTDIR'].includes(files.errno)) {
    onUnreadable?.({ path: directory, errno: files.errno });
  }
  return (files.ok ? files.value : []).flatMap(({ name }) => {
    const sessionId = name.endsWith('.jsonl') ? parseResumeUUID(name.slice(0, -6)) : undefined;
    return sessionId === undefined ? [] : { sessionId, projectKey, path: join(directory, name) };
  });
}

/**
 * Finds every transcript of a session: one `stat` in each project directory, and a closer look only at what exists.
 *
 * @param firstKeys - Project keys to try first, even where projects cannot be listed.
 */
export async function findTranscripts(
  fs: SessionReadFs,
  sessionId: ResumeUUID,
  roots: readonly ProjectsRoot[],
  firstKeys: readonly string[],
) {
  const byIdentity = new Map<string, Transcript>();
  const unreadable: Unreadable[] = [];
  for (const root of roots) {
    const listed = await listProjects(fs, root);
    if (!listed.ok) unreadable.push(...root.map((way) => ({ ...way, errno: listed.errno })));
    const keys = [...new Set([...firstKeys, ...(listed.ok ? listed.value : [])])];
    const find = async (projectKey: string) => {
      const name = join(projectKey, `${sessionId}.jsonl`);
      return { projectKey, name, stats: await toResult(fs.stat(join(root[0].path, name), bigint)) };
    };
    for (const { projectKey, name, stats } of await mapLimit(keys, find, MANY_AT_ONCE)) {
      if (stats.ok) {
        const paths = await pathsIn(fs, root, projectKey, name);
        const identity = identityOf(entryOf(stats.value)) ?? paths[0].path;
        const known = byIdentity.get(identity);
        byIdentity.set(
          identity,
          known === undefined
            ? { ...describe(stats.value), paths }
            : { ...known, paths: [...known.paths, ...paths] },
        );
      } else if (stats.errno !== 'ENOENT' && stats.errno !== 'ENOTDIR') {
        const { errno } = stats;
        unreadable.push(
          ...root.map((way) => ({ ...way, path: join(way.path, projectKey), errno })),
        );
      }
    }
  }
  return { transcripts: [...byIdentity.values()], unreadable };
}

/** A transcript that is named by its path, wherever that is; none if there is nothing. */
export async function transcriptAt(
  fs: SessionReadFs,
  path: string,
  accountHome: string,
): Promise<readonly Transcript[]> {
  const stats = await toResult(fs.stat(path, bigint));
  const projectKey = basename(dirname(path));
  const at = { path, accountHome, projectKey, isLink: false, isInLinkedDirectory: false };
  return stats.ok ? [{ ...describe(stats.value), paths: [at] }] : [];
}

async function pathsIn(
  fs: SessionReadFs,
  [first, ...others]: ProjectsRoot,
  projectKey: string,
  name: string,
): Promise<Transcript['paths']> {
  const path = join(first.path, name);
  const isLink = await isSymlink(fs, path);
  const isInLinkedDirectory = await isSymlink(fs, dirname(path));
  const pathIn = (root: ProjectsPath): TranscriptPath => ({
    ...root,
    path: join(root.path, name),
    projectKey,
    isLink,
    isInLinkedDirectory,
  });
  return [pathIn(first), ...others.map(pathIn)];
}

async function isSymlink(fs: SessionReadFs, path: string): Promise<boolean> {
  const stats = await toResult(fs.lstat(path, bigint));
  return stats.ok && stats.value.isSymbolicLink();
}

function describe(stats: FileStats): Omit<Transcript, 'paths'> {
  const { kind } = entryOf(stats);
  return {
    kind: kind === 'symlink' ? 'other' : kind,
    size: Number(stats.size),
    modifiedAt: dateOf(Number(stats.mtimeMs)),
  };
}
