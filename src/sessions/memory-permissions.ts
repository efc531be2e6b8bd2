import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { check, options as optionsOf, somePaths } from '../core/options.ts';
import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import type { FsLike } from '../fs/port.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { findLockedMemory, readSettings } from './diagnose/settings.ts';
import { readFsKind, readFsOf } from './option-kinds.ts';
import { sessionProblem, type SessionProblemOf } from './problems.ts';

/**
 * Finds auto-memory behind `projects` links that Claude Code refuses to edit in print mode.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `fs`: the file system to read from; the real disk by default.
 * @returns One warning for each home that lacks rules, with the rules to add to `permissions.allow` in its settings.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`.
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
  const call = check('inspectMemoryPermissions', schema, { accountHomes, options });
  const fs = readFsOf(call.options.fs);
  const homes = [...new Set(call.accountHomes)];
  const found = await Promise.all(homes.map((home) => missingRules(fs, home)));
  return found.flatMap(({ path, rules }) =>
    rules.length === 0 ? [] : sessionProblem('memory-not-permitted', { path, rules }),
  );
}

const schema = /* @__PURE__ */ (() => ({
  accountHomes: somePaths,
  options: optionsOf({ fs: readFsKind }),
}))();

async function missingRules(fs: SessionReadFs, home: string) {
  const path = join(home, 'projects');
  const link = await toResult(fs.lstat(path, { bigint: true }));
  if (!link.ok || !link.value.isSymbolicLink()) return { path, rules: [] };
  const settings = await readSettings(fs, join(home, 'settings.json'));
  const listed = await listDirectory(fs, path);
  const find = (name: string) => findLockedMemory(fs, settings, join(path, name));
  const names = listed.ok ? listed.value.map(({ name }) => name) : [];
  const locked = await mapLimit(names, find, MANY_AT_ONCE);
  return { path, rules: locked.flatMap((memory) => memory?.rules ?? []) };
}
