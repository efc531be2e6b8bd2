import { lstat } from 'node:fs/promises';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { readJson } from '../fs/read-file.ts';
import { realSessionDisk } from '../fs/session-fs.ts';
import type { SharedSymlink } from '../index.ts';
import { join } from '../core/paths.ts';
import { mapLimit, MANY_AT_ONCE } from '../core/map-limit.ts';
import { findLockedMemory } from '../sessions/diagnose/memory.ts';
import type { SessionProblemOf } from '../sessions/index.ts';
import { sessionProblem } from '../sessions/session-problem.ts';

const MOST_BYTES = 1024 * 1024;

/** Finds the auto-memory behind the `projects` links that print mode could not edit, one problem per home. */
export async function findMemoryProblems(
  homes: readonly string[],
  required: readonly SharedSymlink[],
): Promise<readonly SessionProblemOf<'memory-not-permitted'>[]> {
  if (!required.some(({ name }) => name === 'projects')) return [];
  const found = await Promise.all(homes.map(rulesMissingIn));
  return found.flatMap(({ path, rules }) =>
    rules.length === 0 ? [] : [sessionProblem('memory-not-permitted', { path, rules })],
  );
}

async function rulesMissingIn(home: string) {
  const path = join(home, 'projects');
  const link = await toResult(lstat(path));
  if (!link.ok || !link.value.isSymbolicLink()) return { path, rules: [] };
  const settings = join(home, 'settings.json');
  const file = await readJson(realSessionDisk, settings, MOST_BYTES);
  const value = file.ok ? file.value : undefined;
  const listed = await listDirectory(realSessionDisk, path);
  const projects = listed.ok ? listed.value.map(({ name }) => join(path, name)) : [];
  const locked = await mapLimit(
    projects,
    (project) =>
      findLockedMemory(realSessionDisk, { path: settings, value }, join(project, 'x.jsonl')),
    MANY_AT_ONCE,
  );
  return { path, rules: locked.flatMap((memory) => memory?.rules ?? []) };
}
