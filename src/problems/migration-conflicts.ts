import { type AtPath, error, type ProblemTable, text } from './table.ts';

/** The sides of a conflict: `path` would be put aside where both are kept, `other` would be shared. */
interface Sides extends AtPath {
  readonly other: string;
}

/** What keeps content of several homes from becoming one. */
export interface MigrationConflicts {
  /** Two transcripts of one session, neither of which goes on where the other ends. */
  readonly 'transcripts-diverge': Sides & { readonly sessionId: string };
  /** Two files of one name that are no transcripts, and differ. */
  readonly 'files-differ': Sides;
  /** One session has transcripts under two project keys: Claude Code would resume it from no third directory. */
  readonly 'id-under-two-keys': Sides & { readonly sessionId: string };
  /** A file in one place, a directory in the other. */
  readonly 'kinds-differ': Sides;
  /** A symbolic link, FIFO, socket or device, which is nothing that can be shared. */
  readonly 'not-mergeable': AtPath & {
    readonly kind: 'symlink' | 'fifo' | 'socket' | 'device' | 'unknown';
  };
  /** A name that is no valid UTF-8, so that it cannot be given to any call. */
  readonly 'unrepresentable-name': AtPath;
  /** `keepBoth` names something about which there is no conflict. */
  readonly 'keep-both-unknown': AtPath;
  /** `keepBoth` names the session of a running process. */
  readonly 'keep-both-live': AtPath & { readonly sessionId: string };
}

const keep =
  'Look at both. To share the other one and put this one aside, name this path in keepBoth.';
const move = 'Move it away.';

export const migrationConflicts: ProblemTable<MigrationConflicts> = {
  'transcripts-diverge': error(
    'operator',
    (p) => text`${p.path} and ${p.other} are transcripts of one session that went on differently`,
    keep,
  ),
  'files-differ': error('operator', (p) => text`${p.path} and ${p.other} differ`, keep),
  'id-under-two-keys': error(
    'operator',
    (p) => text`${p.path} and ${p.other} hold one session under two project keys`,
    keep,
  ),
  'kinds-differ': error(
    'operator',
    (p) => text`${p.path} and ${p.other} are a file and a directory of one name`,
    'Rename one of them.',
  ),
  'not-mergeable': error(
    'operator',
    (p) => text`${p.path} is neither a file nor a directory (${p.kind})`,
    move,
  ),
  'unrepresentable-name': error(
    'operator',
    (p) => text`${p.path} has a name that is no valid UTF-8`,
    'Rename it.',
  ),
  'keep-both-unknown': error(
    'operator',
    (p) => text`keepBoth names ${p.path}, about which there is no conflict`,
    'Name the paths of conflicts only, as the plan spells them.',
  ),
  'keep-both-live': error(
    'operator',
    (p) => text`keepBoth names ${p.path}, whose session is running`,
    'End the session first.',
  ),
};
