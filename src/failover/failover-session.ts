import { type ArgumentCheck } from '../core/arguments.ts';
import { isArray } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { ResumeCommandOptions } from '../sessions/resume-command.ts';

/** How the program is started to resume a session. */
export type ResumeWith = Pick<
  ResumeCommandOptions,
  'program' | 'extraArgs' | 'prompt' | 'dangerouslySkipPermissions'
>;

/** A session that a failover looks after: it runs in a terminal of its own, whoever pays for it. */
export interface FailoverSession {
  /** Its name, which is that of its terminal, and of its directory below the state directory. One path segment. */
  readonly name: string;
  /** The directory in which the program works: an absolute path. */
  readonly cwd: string;
  /** How the program is started for this session, instead of what is said for all. */
  readonly resume?: ResumeWith | undefined;
}

const known = new Set(['name', 'cwd', 'resume']);

// No separator, no control character, nothing that is hidden, and nothing that a terminal would take for more than a
// name.
// oxlint-disable-next-line no-control-regex -- they are what it is about
const NO_NAME = /^$|^\.|[/\\:\0-\x1f\x7f-\x9f\ud800-\udfff]|[. ]$/u;

/** The sessions of a call, each of them sound. */
export function checkSessions(check: ArgumentCheck, sessions: unknown): readonly FailoverSession[] {
  if (!isArray(sessions)) {
    check.refuseOption('sessions', sessions, 'an array of { name, cwd }');
    return [];
  }
  const names = new Set<string>();
  // A hole in an array is a missing value, not a missing entry.
  return Array.from(sessions).flatMap((session, index) => {
    const argument = `sessions[${index}]`;
    if (!isSession(session)) {
      check.refuseOption(argument, session, 'a { name, cwd } of texts');
      return [];
    }
    const { name, cwd, resume } = session;
    if (NO_NAME.test(name)) check.refuse('invalid-name', `${argument}.name`, name);
    // Two names that some file system takes for one would share a file.
    const folded = name.normalize('NFKC').toLowerCase();
    if (names.has(folded)) check.refuse('duplicate-name', `${argument}.name`, name);
    names.add(folded);
    check.isPath(`${argument}.cwd`, cwd);
    // Copied: what has been checked is what will be used.
    return [{ name, cwd, ...(resume === undefined ? {} : { resume: { ...resume } }) }];
  });
}

function isSession(value: unknown): value is FailoverSession {
  if (!isObject(value) || isArray(value)) return false;
  if (Object.keys(value).some((key) => !known.has(key))) return false;
  return ['name', 'cwd'].every((key) => typeof Reflect.get(value, key) === 'string');
}
