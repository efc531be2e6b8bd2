import { isObject } from '../core/json.ts';
import { check, type Faults, type Kind, list, path } from '../core/options.ts';
import { join } from '../core/paths.ts';

/** One shared link that every account home must have: `<account home>/<name>` leads to `target`. */
export interface SharedSymlink {
  /** The name of the link inside an account home: one plain path segment, such as `projects`. */
  readonly name: string;
  /** The absolute path of the directory that really holds the state, one for all homes. */
  readonly target: string;
}

/** The directory under which {@link RequiredShared} keeps the shared state: `/home/ubuntu`. */
export const DefaultSharedRoot = '/home/ubuntu';

/** Where the transcripts are shared, where they are. */
export function projectsTarget(required: readonly SharedSymlink[]): string | undefined {
  return required.find(({ name }) => name === 'projects')?.target;
}

// A session is its transcript plus what rewind and SessionStart hooks left: see the README's table.
const sharedNames = ['session-env', 'file-history', 'projects'] as const;

/**
 * Gives the required list for a shared root of your own, each target at `<root>/.claude-<name>-shared`.
 *
 * Reads nothing from disk.
 *
 * @param root - Absolute path of the directory that holds, or will hold, the shared targets.
 * @returns A frozen list of `session-env`, `file-history` and `projects`, in this order.
 * @throws {SharedStateError} `invalid-argument`, if `root` is not an absolute path.
 *
 * @example Keep the shared state in the own home directory
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requiredSharedUnder } from 'claude-shared-state';
 *
 * const required = requiredSharedUnder('/home/me');
 * assert.equal(required[2]?.name, 'projects');
 * assert.equal(required[2]?.target, '/home/me/.claude-projects-shared');
 * ```
 */
export function requiredSharedUnder(root: string): readonly SharedSymlink[] {
  check('requiredSharedUnder', { root: path }, { root });
  return Object.freeze(
    sharedNames.map((name) =>
      Object.freeze({ name, target: join(root, `.claude-${name}-shared`) }),
    ),
  );
}

/**
 * The shared links every account home must have unless a call is given another list:
 * `session-env`, `file-history` and `projects`, each at `/home/ubuntu/.claude-<name>-shared`.
 */
export const RequiredShared: readonly SharedSymlink[] =
  /* @__PURE__ */ requiredSharedUnder(DefaultSharedRoot);

// Login, keys, trust, what belongs to running processes or one device, and directories whose sweeps remove others' files.
const RESERVED =
  /^(?:\.(?:claude|config|credentials|device-keys)\.json|backups|daemon|ide|image-cache|jobs|sessions|state|teams)$/;

/** The option `required`: links with different names, none of which must stay with its home. */
export const sharedLinks: Kind<readonly SharedSymlink[]> = (value, argument, faults) => {
  if (value === RequiredShared) return RequiredShared;
  const earlier = new Set<string>();
  const link: Kind<SharedSymlink> = (entry, at, inFaults) => {
    if (!isObject(entry)) return inFaults.add(at, entry, 'a { name, target }');
    const name = linkName(Reflect.get(entry, 'name'), `${at}.name`, inFaults, earlier);
    const target = path(Reflect.get(entry, 'target'), `${at}.target`, inFaults);
    return name === undefined || target === undefined ? undefined : { name, target };
  };
  return list(link, '{ name, target }', { min: 1 })(value, argument, faults);
};

function linkName(
  name: unknown,
  argument: string,
  faults: Faults,
  earlier: Set<string>,
): string | undefined {
  if (typeof name !== 'string' || /^\.{0,2}$|[/\\\0:]|[. ]$/.test(name)) {
    return faults.add(argument, name, 'one plain path segment, such as projects');
  }
  // Some file systems do not tell cases apart, so no two names may differ by case alone.
  const folded = name.normalize('NFKC').toLowerCase();
  if (RESERVED.test(folded)) {
    return faults.add(argument, name, 'another name: what has this one must not be shared');
  }
  if (earlier.has(folded)) {
    return faults.add(argument, name, 'a name that differs by more than upper and lower case');
  }
  earlier.add(folded);
  return name;
}
