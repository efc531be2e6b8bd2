import { ArgumentCheck } from '../core/arguments.ts';
import { mapLimit, MANY_AT_ONCE } from '../core/map-limit.ts';
import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { readJson } from '../fs/read-file.ts';
import { realSessionDisk, type SessionReadFs, sessionReadPort } from '../fs/session-fs.ts';
import { findLockedMemory } from './diagnose/memory.ts';
import { sessionProblem, type SessionProblemOf } from './session-problem.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * Finds auto-memory behind `projects` links that Claude Code refuses to edit in print mode.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `fs`: the file system to read from; the real disk by default.
 * @returns One warning for each home that lacks rules, with the rules to add to `permissions.allow` in its settings.
 * @throws {SharedStateError} Only for bad arguments, such as `no-homes`.
 *
 * @example Which rules are missing?
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { inspectMemoryPermissions } from 'claude-shared-state/sessions';
 *
 * const { fs } = memfs({ '/me/shared/-work/memory/MEMORY.md': 'note', '/me/.claude': null });
 * fs.symlinkSync('/me/shared', '/me/.claude/projects');
 * const [problem] = await inspectMemoryPermissions(['/me/.claude'], { fs });
 * assert.equal(problem?.code, 'memory-not-permitted');
 * assert.equal(problem.rules[0], 'Edit(//me/.claude/projects/-work/memory/**)');
 * ```
 */
export async function inspectMemoryPermissions(
  accountHomes: readonly string[],
  options: { readonly fs?: FsLike<SessionReadFs> | undefined } = {},
): Promise<readonly SessionProblemOf<'memory-not-permitted'>[]> {
  const check = new ArgumentCheck();
  const given = check.areOptions(options, ['fs']) ? options : {};
  const homes = [...new Set(check.homes(accountHomes))];
  check.fileSystem(given.fs, sessionReadPort);
  check.finish('inspectMemoryPermissions');
  const fs = given.fs === undefined ? realSessionDisk : promisesOf(given.fs);
  const found = await Promise.all(homes.map((home) => rulesMissingIn(fs, home)));
  return found.flatMap(({ path, rules }) =>
    rules.length === 0 ? [] : [sessionProblem('memory-not-permitted', { path, rules })],
  );
}

async function rulesMissingIn(fs: SessionReadFs, home: string) {
  const path = join(home, 'projects');
  const link = await toResult(fs.lstat(path, { bigint: true }));
  if (!link.ok || !link.value.isSymbolicLink()) return { path, rules: [] };
  const settings = join(home, 'settings.json');
  const file = await readJson(fs, settings, MAX_BYTES);
  const value = file.ok ? file.value : undefined;
  const listed = await listDirectory(fs, path);
  const projects = listed.ok ? listed.value.map(({ name }) => join(path, name)) : [];
  const locked = await mapLimit(
    projects,
    (project) => findLockedMemory(fs, { path: settings, value }, join(project, 'x.jsonl')),
    MANY_AT_ONCE,
  );
  return { path, rules: locked.flatMap((memory) => memory?.rules ?? []) };
}
