import { isObject } from '../core/json.ts';
import { mapLimit } from '../core/map-limit.ts';
import {
  check,
  flag,
  kind,
  optional,
  options as optionsOf,
  path as absolutePath,
  paths,
  port,
} from '../core/options.ts';
import type { ConfigDirInspector } from '../fs/config-dirs.ts';
import type { FsLike } from '../fs/port.ts';
import { type SessionReadFs, sessionReadPort } from '../fs/session-fs.ts';
import { RequiredShared, sharedLinks } from '../links/required.ts';
import { byNaturalOrder } from './expand.ts';
import {
  type AccountHome,
  countSessions,
  type ExaminedHome,
  examineHome,
  type SessionCount,
  stateLinks,
} from './home.ts';
import type { Environment } from './layouts.ts';
import { poolsOf, type SharedPool } from './pools.ts';
import { remarksOn } from './remarks.ts';
import {
  accept,
  type FindAccountHomesOptions,
  firstCandidates,
  linkedCandidates,
  type Located,
  prepare,
  type SkippedDirectory,
} from './search.ts';

/** The account homes of a user. */
export interface AccountHomes {
  /** Those that were named first, in that order; then the default home; then the others in natural order. */
  readonly homes: readonly AccountHome[];
  readonly skipped: readonly SkippedDirectory[];
  /** The session state that homes share already. Homes of different pools have nothing in common. */
  readonly pools: readonly SharedPool[];
}

/**
 * Finds the account homes of a user, wherever the tools that create them keep them, and the session state that they
 * share already. Reads only.
 *
 * A home is found because it is where a known layout has homes (`~/.claude`, `~/.claude-*`, `~/.ccs/instances/*` and
 * others), because it has a login (among the dot directories of the user and those in `~/.config`), because a running
 * process uses it, because links of another home lead to it or come from it, or because it is named.
 *
 * @param options - `homeDirectory`: the home directory of the user. `env`: the environment. `accountHomes`: homes to look
 * at in any case, as paths or patterns. `required`: the shared links. `sessions`: whether to count sessions.
 * `processInspector`: tells which homes processes use. `fs`: the file system to read from.
 * @returns The homes with their accounts, links and sessions; what was skipped; and the pools.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example Which homes are there, and what do they share?
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { findAccountHomes } from 'claude-shared-state/homes';
 *
 * const { fs } = memfs({ '/me/.claude/settings.json': '{}', '/me/.claude/projects/-work/x.jsonl': '{}' });
 * fs.mkdirSync('/me/.claude-work/sessions', { recursive: true });
 * fs.symlinkSync('../.claude/projects', '/me/.claude-work/projects');
 *
 * const { homes, pools } = await findAccountHomes({ homeDirectory: '/me', fs });
 * assert.deepEqual(homes.map(({ accountHome }) => accountHome), ['/me/.claude', '/me/.claude-work']);
 * assert.equal(pools[0]?.primary, '/me/.claude');
 * assert.deepEqual(pools[0]?.links, [{ name: 'projects', target: '/me/.claude/projects' }]);
 * ```
 */
export async function findAccountHomes(options: FindAccountHomesOptions): Promise<AccountHomes> {
  const search = await prepare(check('findAccountHomes', schema, { options }).options);
  const { fs, list, skipped, given, defaultHome } = search;
  const found: ExaminedHome[] = [];
  let candidates = await firstCandidates(search);
  while (candidates.length > 0) {
    const accepted = await accept(search, candidates);
    const examine = ({ path, real, rule }: Located) =>
      examineHome(fs, path, real, rule, path === defaultHome);
    found.push(...(await mapLimit(accepted, examine)));
    candidates = accepted.length === 0 ? [] : await linkedCandidates(search, found);
  }
  const targets = new Set(
    found.flatMap(({ home, real }) =>
      stateLinks(home).flatMap(({ realTarget }) => (realTarget === real ? [] : realTarget)),
    ),
  );
  const isHome = ({ real, home: { rule } }: ExaminedHome) =>
    rule === 'named' || rule === 'environment' || !targets.has(real);
  const homes = found.filter(isHome).toSorted(inOrder);
  const counts = new Map<string, Promise<SessionCount>>();
  const complete = await mapLimit([...homes.entries()], async ([index, one]) => {
    const remarks = await remarksOn(fs, list, one, homes.slice(0, index));
    const { home, projects } = one;
    if (given.sessions === false || projects === undefined) return { ...home, remarks };
    const counting = counts.get(projects) ?? countSessions(fs, projects);
    counts.set(projects, counting);
    return { ...home, remarks, sessions: await counting };
  });
  const notHomes = found.filter((one) => !isHome(one)).map(({ home }) => home.accountHome);
  return {
    homes: complete,
    skipped: [
      ...skipped,
      ...notHomes.map((path) => ({ path, reason: 'shared-target' }) as const),
    ].toSorted((one, other) => byNaturalOrder(one.path, other.path)),
    pools: poolsOf(homes, search.targets),
  };
}

const schema = /* @__PURE__ */ (() => ({
  options: optionsOf({
    homeDirectory: absolutePath,
    env: optional(kind((value): value is Environment => isObject(value), 'an object of strings')),
    accountHomes: optional(paths),
    required: optional(sharedLinks, RequiredShared),
    sessions: optional(flag, true),
    processInspector: optional(
      kind(
        (value): value is ConfigDirInspector =>
          isObject(value) && typeof Reflect.get(value, 'configDirs') === 'function',
        'an object with a function configDirs',
      ),
    ),
    fs: optional(port<FsLike<SessionReadFs>>(sessionReadPort)),
  }),
}))();

function inOrder(one: ExaminedHome, other: ExaminedHome): number {
  const rank = rankOf(one);
  if (rank !== rankOf(other) || rank === 0) return rank - rankOf(other);
  return byNaturalOrder(one.home.accountHome, other.home.accountHome);
}

function rankOf({ home, isDefault }: ExaminedHome): number {
  if (home.rule === 'named') return 0;
  // What only a process uses may be the scratch home of another tool: it is the copy, and not the original.
  return isDefault ? 1 : home.rule === 'process' ? 3 : 2;
}
