import {
  type AtPath,
  error,
  type Failed,
  type ProblemTable,
  text,
  warning,
} from '../core/problem.ts';

/** What can be wrong with account homes and shared targets, and with making them. */
export interface DirectoryProblems {
  /** The account home is not there yet. */
  readonly 'home-missing': AtPath;
  /** The account home, or something above it, is not a directory. */
  readonly 'home-not-directory': AtPath;
  /** The account home lies behind a link that leads to nothing: a volume may not be mounted. */
  readonly 'home-dangling': AtPath;
  /** This process cannot read, write and search the account home. */
  readonly 'home-not-accessible': AtPath & Failed;
  /** The account home is missing, and this process may not make it. */
  readonly 'home-not-creatable': AtPath & Failed;
  /** The same account home was given more than once; it is handled once. */
  readonly 'duplicate-home': AtPath;
  /** Two account homes are one directory, so two accounts share one login. Reported by `inspectAll` only. */
  readonly 'same-directory': AtPath & { readonly sameAs: string };

  /** The shared target is not there yet. */
  readonly 'target-missing': AtPath;
  /** The shared target, or something above it, is not a directory. */
  readonly 'target-not-directory': AtPath;
  /** The shared target lies behind a link that leads to nothing: a volume may not be mounted. */
  readonly 'target-dangling': AtPath;
  /** This process cannot read, write and search the shared target: Claude Code would lose turns there without an error. */
  readonly 'target-not-accessible': AtPath & Failed;
  /** The shared target is missing, and this process may not make it. */
  readonly 'target-not-creatable': AtPath & Failed;
  /** Group or others may enter the shared target, and with it the transcripts. `mode`: its permission bits. */
  readonly 'target-exposed': AtPath & { readonly mode: number };
  /** The target was missing behind a right link: a volume may not be mounted. It is made anew, and empty. */
  readonly 'target-recreated': AtPath;
  /** The default list was used on a machine without `DefaultSharedRoot`: it is made. */
  readonly 'default-root-created': AtPath;

  /** A shared target lies inside an account home, and would go when that account goes. */
  readonly 'target-inside-home': AtPath & { readonly accountHome: string };
  /** An account home lies inside a shared target, so its login would be shared. */
  readonly 'home-inside-target': AtPath & { readonly target: string };
  /** Two shared targets are one directory, or one lies inside the other. */
  readonly 'targets-overlap': AtPath & { readonly other: string };

  /** A directory or a link could not be made. */
  readonly 'cannot-create': AtPath & Failed;
  /** Another process kept changing the same place while it was being put right. */
  readonly 'changed-meanwhile': AtPath & Failed;
}

const isMissing = 'is missing';
const isNotCreatable = 'is missing, and the directory above it cannot be written';
const isNoDirectory = 'is not a directory, or something above it is not';
const isDangling = 'lies behind a link that leads to nothing';
const isNotAccessible = 'cannot be read, written and searched';

const makesIt = {
  api: 'validateAll creates it, with mode 0700.',
  cli: 'ensure creates it, with mode 0700.',
};
const give = 'Give this user the right to read, write and search it.';
const allow = 'Give this user the right to write in the directory above it, or make it.';
const correct = 'Correct the path, or move away what stands there.';
const mount = 'Mount the volume that is missing, or correct the link.';

const home = (state: string) => (p: AtPath & Partial<Failed>) =>
  text`the account home ${p.path} ` + state + errnoOf(p);
const target = (state: string) => (p: AtPath & Partial<Failed>) =>
  text`the shared target ${p.path} ` + state + errnoOf(p);
const errnoOf = ({ errno }: Partial<Failed>) => (errno === undefined ? '' : ` (${errno})`);

export const directoryProblems: ProblemTable<DirectoryProblems> = {
  'home-missing': error('ensure', home(isMissing), makesIt),
  'home-not-creatable': error('manual', home(isNotCreatable), allow),
  'home-not-directory': error('manual', home(isNoDirectory), correct),
  'home-dangling': error('manual', home(isDangling), mount),
  'home-not-accessible': error('manual', home(isNotAccessible), give),
  'duplicate-home': warning(home('was given more than once'), 'Name each account home once.'),
  'same-directory': warning(
    (p) => text`the account homes ${p.path} and ${p.sameAs} are one directory`,
    'Give each account a home of its own.',
  ),

  'target-missing': error('ensure', target(isMissing), makesIt),
  'target-not-creatable': error('manual', target(isNotCreatable), allow),
  'target-not-directory': error('manual', target(isNoDirectory), correct),
  'target-dangling': error('manual', target(isDangling), mount),
  'target-not-accessible': error('manual', target(isNotAccessible), give),
  'target-exposed': warning(
    (p) => target(`is open to group or others (mode ${p.mode.toString(8)})`)(p),
    'Run chmod 700 on it, unless the sharing is meant.',
  ),
  'target-recreated': warning(
    target('was missing behind an existing link'),
    'If transcripts are missed, mount the volume that holds them.',
  ),
  'default-root-created': warning((p) => text`the default shared root ${p.path} was not there`, {
    api: 'Pass requiredSharedUnder(root) as `required` if the state belongs elsewhere.',
    cli: 'Use --root if the state belongs elsewhere.',
  }),

  'target-inside-home': error(
    'manual',
    (p) => target(text`lies inside the account home ${p.accountHome}`)(p),
    'Keep the shared targets outside all account homes.',
  ),
  'home-inside-target': error(
    'manual',
    (p) => home(text`lies inside the shared target ${p.target}`)(p),
    'Keep the account homes outside all shared targets.',
  ),
  'targets-overlap': error(
    'manual',
    (p) => target(text`is, holds, or lies inside the shared target ${p.other}`)(p),
    'Give each entry of the required list a directory of its own.',
  ),

  'cannot-create': error(
    'manual',
    (p) => text`${p.path} could not be made (${p.errno})`,
    'Look at the permissions and the space on the disk, then try again.',
  ),
  'changed-meanwhile': error(
    'retry',
    (p) => text`another process kept changing ${p.path} (${p.errno})`,
    'Try again.',
  ),
};
