import { isAbsolute } from 'node:path';
import { failure, type Result, toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { textOf } from '../fs/port.ts';
import { readSmallFile } from '../fs/read-file.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { join, dirname } from '../core/paths.ts';
import { mapLimit } from '../core/map-limit.ts';

const MAX_BYTES = 4096;

/**
 * Finds the working directories that `git worktree list` would name, from the repository's own files.
 *
 * No process is started. Empty outside a repository, and where something cannot be read.
 *
 * @param cwd - The real path of a directory.
 */
export async function worktreesOf(fs: SessionReadFs, cwd: string): Promise<readonly string[]> {
  for (let directory = cwd; ; directory = dirname(directory)) {
    const found = await repositoryIn(fs, directory);
    if (found?.ok === true && !(await isBroken(fs, found.value))) {
      return await worktreesIn(fs, found.value);
    }
    if (found !== undefined || directory === dirname(directory)) return [];
  }
}

/**
 * The directory that all worktrees of the repository have in common, if one begins here; a failure where
 * git would give up here. A `.git` directory that is no repository is passed over.
 */
async function repositoryIn(
  fs: SessionReadFs,
  directory: string,
): Promise<Result<string> | undefined> {
  const dotGit = join(directory, '.git');
  const stats = await toResult(fs.stat(dotGit, { bigint: true }));
  if (!stats.ok || stats.value.isDirectory()) {
    if (await isRepository(fs, dotGit)) return await realPath(fs, dotGit);
    // A bare one.
    return (await isRepository(fs, directory)) ? await realPath(fs, directory) : undefined;
  }
  const gitDirectory = pathIn(directory, await readSmallFile(fs, dotGit, MAX_BYTES), 'gitdir: ');
  if (gitDirectory === undefined) return failure({ code: 'ENOENT' });
  const common = await readSmallFile(fs, join(gitDirectory, 'commondir'), MAX_BYTES);
  return await realPath(fs, pathIn(gitDirectory, common) ?? gitDirectory);
}

/** What a `HEAD` names: one that a power failure has emptied makes git go on above. */
const HEAD = /^(?:ref:\s*refs\/|[\da-f]{40})/;

async function isRepository(fs: SessionReadFs, directory: string): Promise<boolean> {
  const head = await readSmallFile(fs, join(directory, 'HEAD'), MAX_BYTES);
  if (!head.ok || !HEAD.test(head.value)) return false;
  for (const name of ['objects', 'refs']) {
    if (!(await toResult(fs.stat(join(directory, name), { bigint: true }))).ok) return false;
  }
  return true;
}

/** A section, a name with or without a value, a comment, or nothing: git gives up at any other line. */
const CONFIG_LINE = /^\s*(?:$|[#;]|\[[^\]]+\]|[a-z][a-z\d-]*\s*(?:$|=))/i;
const MAX_CONFIG_BYTES = 1024 * 1024;

async function isBroken(fs: SessionReadFs, common: string): Promise<boolean> {
  const config = await readSmallFile(fs, join(common, 'config'), MAX_CONFIG_BYTES);
  if (!config.ok) return false;
  const lines = config.value.replaceAll(/\\\r?\n/g, ' ').split('\n');
  return !lines.every((line) => CONFIG_LINE.test(line));
}

async function worktreesIn(fs: SessionReadFs, common: string): Promise<readonly string[]> {
  const directory = join(common, 'worktrees');
  const entries = await listDirectory(fs, directory);
  const linked = await mapLimit(entries.ok ? entries.value : [], async ({ name }) => {
    const entry = join(directory, name);
    const dotGit = await readSmallFile(fs, join(entry, 'gitdir'), MAX_BYTES);
    return pathIn(entry, dotGit);
  });
  // The main worktree, or a bare repository itself, which git names first.
  const main = /[/\\]\.git$/.test(common) ? dirname(common) : common;
  return [main, ...linked.flatMap((path) => (path === undefined ? [] : [dirname(path)]))];
}

function pathIn(directory: string, file: Result<string>, prefix = ''): string | undefined {
  if (!file.ok || !file.value.startsWith(prefix)) return undefined;
  const path = file.value.slice(prefix.length).replace(/[\r\n]+$/, '');
  // The program reads git's list line by line.
  if (path === '' || /[\r\n]/.test(path)) return undefined;
  return isAbsolute(path) ? path : join(directory, path);
}

async function realPath(fs: SessionReadFs, path: string): Promise<Result<string>> {
  const real = await toResult(fs.realpath(path));
  return real.ok ? { ok: true, value: textOf(real.value) } : real;
}
