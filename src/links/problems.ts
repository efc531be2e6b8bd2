import { argumentProblems, type ArgumentProblems } from '../core/argument-problems.ts';
import type { Finding as FindingOf } from '../core/error.ts';
import {
  type AnyOf,
  type AtPath,
  createProblem,
  error,
  type Failed,
  type ProblemTable,
  type ProblemWith,
  text,
  warning,
} from '../core/problem.ts';
import type { LinkReport } from './report.ts';

interface AtLink extends LinkReport {
  readonly accountHome: string;
  /** The errno of the call that failed, if one did. */
  readonly errno?: string;
}

/** What can be wrong with a shared link. */
interface LinkProblems {
  /** The link does not exist yet. */
  readonly 'link-missing': AtLink;
  /** The link points somewhere other than the shared target. */
  readonly 'divergent-link': AtLink;
  /** The link points to nothing, or back to itself (`state`). Behind it Claude Code writes no transcript, and reports no error. */
  readonly 'dangling-link': AtLink;
  /** A real directory is where the link belongs: this home does not share its state. */
  readonly 'not-a-symlink': AtLink;
  /** A file or something else is where the link belongs, or what is there cannot be read (`state`). */
  readonly 'link-blocked': AtLink;
}

interface Directory extends AtPath {
  /** Whether it is an account home or a shared target. */
  readonly role: 'home' | 'target';
}

/** What can be wrong with account homes and shared targets, and with creating them. */
interface DirectoryProblems {
  /** The account home or shared target does not exist yet. */
  readonly 'directory-missing': Directory;
  /**
   * The account home or shared target cannot be used. `reason`: it is no directory; it is behind a link to nothing, so a
   * volume may not be mounted; it cannot be read, written and searched; it is missing and cannot be created.
   */
  readonly 'directory-unusable': Directory &
    Partial<Failed> & {
      readonly reason: 'not-directory' | 'dangling' | 'not-accessible' | 'not-creatable';
    };
  /** One of the two must not be inside the other, or the same: a login would be shared, or transcripts go with a home. */
  readonly 'directories-overlap': AtPath & {
    readonly role: 'home' | 'target' | 'archive' | 'state';
    readonly other: string;
    readonly otherRole: 'home' | 'target' | 'archive' | 'state';
  };
  /** The account home did not exist, and was created: the path may be mistyped. */
  readonly 'home-created': AtPath;
  /** The account home was given twice, or is the same directory as another one, so that two accounts share one login. */
  readonly 'duplicate-home': AtPath & { readonly sameAs: string };
  /** Group or others can enter the shared target, and with it the transcripts. `mode`: its permission bits. */
  readonly 'target-exposed': AtPath & { readonly mode: number };
  /** The target was missing behind an existing link, and was created, empty: a volume may not be mounted. */
  readonly 'target-recreated': AtPath;
  /** The shared directories were created under the default root, but that did not exist, or none of the account homes is there. */
  readonly 'default-root-used': AtPath;
  /** A directory or a link could not be created. */
  readonly 'cannot-create': AtPath & Failed;
  /** Another process kept changing the same place. */
  readonly 'concurrent-modification': AtPath & Failed;
}

/** What can be wrong with the time for which an account home keeps transcripts. */
interface RetentionProblems {
  /** This home's period is shorter than that of `otherHome`, or than the default, so Claude Code would delete shared transcripts early. */
  readonly 'retention-shorter': AtPath & {
    readonly accountHome: string;
    readonly periodDays: number;
    readonly shorterThan: number | 'never';
    readonly otherHome?: string;
  };
  /** `settings.json` cannot be read or parsed, or its `cleanupPeriodDays` is not a whole number from 1 (`bad-period`). We then assume 30 days; if only the number is bad, never. */
  readonly 'settings-unusable': AtPath &
    Partial<Failed> & {
      readonly accountHome: string;
      readonly reason: 'unreadable' | 'not-a-file' | 'too-large' | 'not-an-object' | 'bad-period';
    };
}

/** The fields that each problem has of its own, by code. */
export interface ProblemFields
  extends LinkProblems, DirectoryProblems, RetentionProblems, ArgumentProblems {}

/** What a problem is: lower-case words joined by hyphens, such as `divergent-link`. */
export type ProblemCode = keyof ProblemFields;

/** The problem of one code, with the fields of its own. */
export type ProblemOf<Code extends ProblemCode> = ProblemWith<ProblemFields, Code>;

/** One thing that is wrong, as plain data: a union discriminated by `code`. */
export type Problem = AnyOf<ProblemFields>;

/** What creates missing links: a call, or a command. */
const fix = { api: 'validateAll', cli: 'ensure' } as const;

const untouched = 'Nothing was changed: it may hold the only copy of transcripts.';

const roles = {
  home: 'account home',
  target: 'shared target',
  archive: 'archive',
  state: 'state directory',
} as const;

const reasons = {
  'not-directory': [
    'is not a directory, or something above it is not',
    'Correct the path, or move away what is there.',
  ],
  dangling: [
    'is behind a link that leads to nothing',
    'Mount the volume that is missing, or correct the link.',
  ],
  'not-accessible': [
    'cannot be read, written and searched',
    'Give this user the right to read, write and search it.',
  ],
  'not-creatable': [
    'is missing, and the directory above it cannot be written',
    'Give this user the right to write in the directory above it, or create it.',
  ],
} as const;

const days = (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`;

/** The definition of every code. */
export const problemTable: ProblemTable<ProblemFields> = /* @__PURE__ */ (() => ({
  'link-missing': error(
    'ensure',
    (p) => text`${p.path} is missing, a link to ${p.target}`,
    (_, to) => `${fix[to]} creates it.`,
  ),
  'divergent-link': error(
    'manual',
    (p) => text`${p.path} leads to ${p.storedTarget}, not to ${p.target}`,
    `${untouched} Merge what only that place has into the target, then correct the link.`,
  ),
  'dangling-link': error(
    'manual',
    (p) =>
      text`${p.path} leads to ${p.storedTarget}, ${
        p.state === 'loop'
          ? 'and so in a circle or through too many links'
          : 'where there is nothing'
      }`,
    (_, to) =>
      `Mount the volume that is missing, or remove the link and let ${fix[to]} create the right one.`,
  ),
  'not-a-symlink': error(
    'migrate',
    (p) => text`${p.path} is a real directory, not a link to ${p.target}`,
    {
      api: `${untouched} Move it into the target with migrate, of claude-shared-state/migrate.`,
      cli: `${untouched} migrate moves it into the target.`,
    },
  ),
  'link-blocked': error(
    'manual',
    (p) =>
      p.state === 'unreadable'
        ? text`${p.path} cannot be read (${p.errno})`
        : text`${p.path} is neither a link to ${p.target} nor a directory`,
    (p) =>
      p.state === 'unreadable'
        ? 'Look at the permissions and the disk, then try again.'
        : 'Nothing was changed. Find out who created it, and move it away.',
  ),

  'directory-missing': error(
    'ensure',
    (p) => text`the ${roles[p.role]} ${p.path} is missing`,
    (_, to) => `${fix[to]} creates it, with mode 0700.`,
  ),
  'directory-unusable': error(
    'manual',
    ({ role, path, reason, errno }) =>
      text`the ${roles[role]} ${path} ${reasons[reason][0]}` +
      (errno === undefined ? '' : ` (${errno})`),
    ({ reason }) => reasons[reason][1],
  ),
  'directories-overlap': error(
    'manual',
    (p) =>
      text`the ${roles[p.role]} ${p.path} is inside, or the same as, the ${roles[p.otherRole]} ${p.other}`,
    'Give each account home, shared target and archive a directory of its own.',
  ),
  'home-created': warning(
    (p) => text`the account home ${p.path} did not exist, and was created`,
    'If the path is mistyped, remove the directory; it holds nothing but links.',
  ),
  'duplicate-home': warning(
    (p) =>
      p.path === p.sameAs
        ? text`the account home ${p.path} was given more than once`
        : text`the account homes ${p.path} and ${p.sameAs} are one directory`,
    'Name each account home once, and give each account a home of its own.',
  ),
  'target-exposed': warning(
    (p) =>
      text`the shared target ${p.path} is open to group or others (mode ${p.mode.toString(8)})`,
    'Run chmod 700 on it, unless you share it on purpose.',
  ),
  'target-recreated': warning(
    (p) => text`the shared target ${p.path} was missing behind an existing link`,
    'If transcripts are missing, mount the volume that holds them.',
  ),
  'default-root-used': warning(
    (p) => text`the shared state goes to ${p.path} by default, where no account home was`,
    {
      api: 'Pass requiredSharedUnder(root) as `required` if the state belongs elsewhere.',
      cli: 'Use --root if the state belongs elsewhere.',
    },
  ),
  'cannot-create': error(
    'manual',
    (p) => text`${p.path} could not be created (${p.errno})`,
    ({ errno }) =>
      'Check permissions and disk space, then try again.' +
      (errno === 'EPERM' ? ' On Windows, symbolic links need Developer Mode.' : ''),
  ),
  'concurrent-modification': error(
    'retry',
    (p) => text`another process kept changing ${p.path} (${p.errno})`,
    'Try again.',
  ),

  'retention-shorter': warning(
    ({ path, periodDays, shorterThan, otherHome = 'a home without a setting' }) => {
      const kept = shorterThan === 'never' ? 'for ever' : `for ${days(shorterThan)}`;
      return text`${path} lets Claude Code delete transcripts after ${days(periodDays)}, which ${otherHome} keeps ${kept}`;
    },
    'Set the same cleanupPeriodDays in every home; the smallest applies to everything shared.',
  ),
  'settings-unusable': warning(
    (p) => text`${p.path} has no usable cleanupPeriodDays (${p.errno ?? p.reason})`,
    'Correct it: until then, Claude Code deletes nothing, or deletes after 30 days.',
  ),

  ...argumentProblems,
}))();

/** A problem, and the error behind it if a call failed. */
export type Finding = FindingOf<Problem>;

/** Creates a finding from the fields of a problem. */
export function finding<Code extends ProblemCode>(
  code: Code,
  fields: ProblemFields[Code],
  error?: unknown,
): { readonly problem: ProblemOf<Code>; readonly error?: unknown } {
  const problem = createProblem(problemTable, code, fields);
  return error === undefined ? { problem } : { problem, error };
}
