import { assert, boolean, constantFrom, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileInfo, FileKind } from '../../../src/fs/file-info.ts';
import {
  type Action,
  decide,
  type PathKind,
  type Policy,
  type Situation,
} from '../../../src/migrate/absorb/decide.ts';
import type { Comparison } from '../../../src/fs/compare-files.ts';
import type { Found } from '../../../src/fs/walk.ts';

const migrating: Policy = {
  differences: 'choose',
  linksTranscripts: true,
  separatesFiles: false,
};
const restoring: Policy = {
  differences: 'tree-wins',
  linksTranscripts: false,
  separatesFiles: true,
};

const none: PathKind = { isTranscript: false, isMemoryIndex: false, isObsoleteCache: false };
const transcript: PathKind = { ...none, isTranscript: true };
const memory: PathKind = { ...none, isMemoryIndex: true };
const cache: PathKind = { ...none, isObsoleteCache: true };

function entry(kind: FileKind, inode: bigint): FileInfo {
  return {
    kind,
    device: 1n,
    inode,
    birthtimeNs: 0n,
    size: 1,
    linkCount: 1,
    uid: 0,
    mode: 0o600,
    mtimeNs: 0n,
  };
}

const own = (kind: FileKind) => entry(kind, 1n);
const shared = (kind: FileKind) => entry(kind, 2n);

function situation(more: Partial<Situation>): Situation {
  return {
    policy: migrating,
    pathKind: none,
    own: own('file'),
    shared: undefined,
    canLink: true,
    isFragment: false,
    ...more,
  };
}

type Rows = Readonly<Record<string, readonly [Partial<Situation>, Action]>>;

function expectActions(rows: Rows): void {
  test.each(Object.entries(rows))('%s', (_, [more, action]) => {
    expect(decide(situation(more))).toEqual(action);
  });
}

const identical: Action = { kind: 'keep', as: 'identical', partial: false };
const merged: Action = { kind: 'keep', as: 'merged', partial: false };
const keptAside: Action = { kind: 'skip', reason: 'kept-aside' };
const conflict = (code: Extract<Action, { kind: 'conflict' }>['code']): Action => ({
  kind: 'conflict',
  code,
});
const replace = (
  by: Extract<Action, { kind: 'replace' }>['by'],
  because: Extract<Action, { kind: 'replace' }>['because'],
): Action => ({ kind: 'replace', by, because });

describe('a directory', () => {
  expectActions({
    'that the target lacks is created': [
      { own: own('directory') },
      { kind: 'add', by: 'directory' },
    ],
    'that the target has is entered': [
      { own: own('directory'), shared: shared('directory') },
      { kind: 'descend' },
    ],
    'where the target has a file is a conflict': [
      { own: own('directory'), shared: shared('file') },
      conflict('kinds-differ'),
    ],
    'where the target has a link is a conflict': [
      { own: own('directory'), shared: shared('symlink') },
      conflict('kinds-differ'),
    ],
    'where the target has a file stays aside if the shared side is preferred': [
      { own: own('directory'), shared: shared('file'), choice: 'shared' },
      keptAside,
    ],
    'where the target has a file replaces it if the side of the home is preferred': [
      { own: own('directory'), shared: shared('file'), choice: 'home' },
      replace('directory', 'chosen'),
    ],
    'replaces a file of the home in a restore': [
      { policy: restoring, own: own('directory'), shared: shared('file') },
      replace('directory', 'chosen'),
    ],
  });
});

describe('a symbolic link', () => {
  const link = { own: own('symlink'), ownText: 'x' } as const;

  expectActions({
    'that the target lacks is created again': [link, { kind: 'add', by: 'symlink' }],
    'with the same text as that of the target is there already': [
      { ...link, shared: shared('symlink'), sharedText: 'x' },
      identical,
    ],
    'with another text than that of the target is a conflict': [
      { ...link, shared: shared('symlink'), sharedText: 'y' },
      conflict('kinds-differ'),
    ],
    'where the target has a file is a conflict': [
      { ...link, shared: shared('file') },
      conflict('kinds-differ'),
    ],
    'with another text stays aside if the shared side is preferred': [
      { ...link, shared: shared('symlink'), sharedText: 'y', choice: 'shared' },
      keptAside,
    ],
    'with another text replaces it if the side of the home is preferred': [
      { ...link, shared: shared('symlink'), sharedText: 'y', choice: 'home' },
      replace('symlink', 'chosen'),
    ],
    'that leaves its tree is refused': [
      { ...link, leavesTree: true },
      { kind: 'refuse', reason: 'relative-link-leaves-tree' },
    ],
    'that leaves its tree is refused whatever was chosen': [
      { ...link, leavesTree: true, shared: shared('symlink'), sharedText: 'x', choice: 'home' },
      { kind: 'refuse', reason: 'relative-link-leaves-tree' },
    ],
  });
});

describe('a transcript', () => {
  const both = { pathKind: transcript, shared: shared('file') } as const;
  const different: Partial<Situation> = { ...both, comparison: { kind: 'different' } };

  expectActions({
    'that the target lacks is linked': [{ pathKind: transcript }, { kind: 'add', by: 'link' }],
    'that the target lacks is copied across file systems': [
      { pathKind: transcript, canLink: false },
      { kind: 'add', by: 'copy' },
    ],
    'that the home lacks is copied in a restore': [
      { policy: restoring, pathKind: transcript },
      { kind: 'add', by: 'copy' },
    ],
    'that is one file with that of the target stays': [
      { pathKind: transcript, shared: own('file') },
      identical,
    ],
    'that is one file with that of the home becomes two in a restore': [
      { policy: restoring, pathKind: transcript, shared: own('file') },
      { kind: 'separate' },
    ],
    'that equals that of the target stays': [
      { ...both, comparison: { kind: 'identical' } },
      identical,
    ],
    'that the target continues is merged': [
      { ...both, comparison: { kind: 'contained', partial: false } },
      merged,
    ],
    'that the target continues, but for a torn line, is merged in part': [
      { ...both, comparison: { kind: 'contained', partial: true } },
      { kind: 'keep', as: 'merged', partial: true },
    ],
    'that continues that of the target replaces it by a link': [
      { ...both, comparison: { kind: 'contains', partial: false } },
      replace('link', 'contained'),
    ],
    'that continues that of the target, but for a torn line, replaces it': [
      { ...both, comparison: { kind: 'contains', partial: true } },
      replace('link', 'partly-contained'),
    ],
    'that continues that of the target replaces it by a copy across file systems': [
      { ...both, canLink: false, comparison: { kind: 'contains', partial: false } },
      replace('copy', 'contained'),
    ],
    'that continues that of the target is not subject to a choice': [
      { ...both, choice: 'shared', comparison: { kind: 'contains', partial: false } },
      replace('link', 'contained'),
    ],
    'that diverges is a conflict': [different, conflict('transcripts-diverge')],
    'that diverges stays aside if the shared side is preferred': [
      { ...different, choice: 'shared' },
      keptAside,
    ],
    'that diverges replaces that of the target if the side of the home is preferred': [
      { ...different, choice: 'home' },
      replace('link', 'chosen'),
    ],
    'that diverges replaces that of the home in a restore': [
      { ...different, policy: restoring },
      replace('copy', 'chosen'),
    ],
    'that was begun while the link was missing is appended': [
      { ...different, isFragment: true },
      { kind: 'append' },
    ],
    'begun while the link was missing, and known to the target, is not appended again': [
      { ...both, isFragment: true, comparison: { kind: 'contained', partial: false } },
      merged,
    ],
    'whose shared name was replaced since it was linked is outdated': [
      { ...different, linked: 'own' },
      merged,
    ],
    'that was replaced since it was linked replaces that of the target': [
      { ...different, linked: 'shared' },
      replace('link', 'compacted'),
    ],
    'that was rewritten since it was copied replaces the copy': [
      { ...different, isOutdatedCopy: true },
      replace('link', 'outdated'),
    ],
    'that nobody could compare stays until the next pass': [both, identical],
    'where the target has a directory is a conflict': [
      { pathKind: transcript, shared: shared('directory') },
      conflict('kinds-differ'),
    ],
  });
});

describe('a memory index', () => {
  const different: Partial<Situation> = {
    pathKind: memory,
    shared: shared('file'),
    comparison: { kind: 'different' },
  };

  expectActions({
    'that the target lacks is copied': [{ pathKind: memory }, { kind: 'add', by: 'copy' }],
    'that differs is united with that of the target': [different, { kind: 'unite' }],
    'that differs stays aside if the shared side is preferred': [
      { ...different, choice: 'shared' },
      keptAside,
    ],
    'that differs replaces that of the target if the side of the home is preferred': [
      { ...different, choice: 'home' },
      replace('copy', 'chosen'),
    ],
    'that differs replaces that of the home in a restore': [
      { ...different, policy: restoring },
      replace('copy', 'chosen'),
    ],
    'that was edited since it was copied replaces the copy': [
      { ...different, isOutdatedCopy: true },
      replace('copy', 'outdated'),
    ],
    'that equals that of the target stays': [
      { ...different, comparison: { kind: 'identical' } },
      identical,
    ],
  });
});

describe('any other file', () => {
  const different: Partial<Situation> = {
    shared: shared('file'),
    comparison: { kind: 'different' },
  };

  expectActions({
    'that the target lacks is copied': [{}, { kind: 'add', by: 'copy' }],
    'that is one file with that of the target stays': [{ shared: own('file') }, identical],
    'that is one file with that of the home becomes two in a restore': [
      { policy: restoring, shared: own('file') },
      { kind: 'separate' },
    ],
    'that equals that of the target stays': [
      { shared: shared('file'), comparison: { kind: 'identical' } },
      identical,
    ],
    'that differs is a conflict': [different, conflict('files-differ')],
    'that differs stays aside if the shared side is preferred': [
      { ...different, choice: 'shared' },
      keptAside,
    ],
    'that differs replaces that of the target if the side of the home is preferred': [
      { ...different, choice: 'home' },
      replace('copy', 'chosen'),
    ],
    'that differs replaces that of the home in a restore': [
      { ...different, policy: restoring },
      replace('copy', 'chosen'),
    ],
    'that was edited since it was copied replaces the copy': [
      { ...different, isOutdatedCopy: true },
      replace('copy', 'outdated'),
    ],
    'of a fragment is not appended': [{ ...different, isFragment: true }, conflict('files-differ')],
    'where the target has a link is a conflict': [
      { shared: shared('symlink') },
      conflict('kinds-differ'),
    ],
  });
});

describe('an obsolete cache', () => {
  const skipped: Action = { kind: 'skip', reason: 'obsolete-cache' };

  expectActions({
    'is skipped if the target lacks it': [{ pathKind: cache }, skipped],
    'is skipped if the target has another one': [
      { pathKind: cache, shared: shared('file'), choice: 'home' },
      skipped,
    ],
    'is skipped in a restore': [{ policy: restoring, pathKind: cache }, skipped],
  });
});

describe('what can have no second name', () => {
  expectActions({
    'is refused if it is a FIFO': [{ own: own('fifo') }, { kind: 'refuse', reason: 'fifo' }],
    'is refused if it is a socket': [{ own: own('socket') }, { kind: 'refuse', reason: 'socket' }],
    'is refused if it is a device': [{ own: own('device') }, { kind: 'refuse', reason: 'device' }],
    'is refused if nobody knows what it is': [
      { own: own('unknown') },
      { kind: 'refuse', reason: 'unknown' },
    ],
    'is refused if its name is not UTF-8': [
      { own: 'name-not-utf8' },
      { kind: 'refuse', reason: 'name-not-utf8' },
    ],
    'is refused whatever was chosen': [
      { own: own('fifo'), shared: shared('fifo'), choice: 'home' },
      { kind: 'refuse', reason: 'fifo' },
    ],
  });
});

/** Every combination of what decides, again and again. */
function expectOfAll(isRight: (situation: Situation, action: Action) => boolean): void {
  const kinds = ['file', 'directory', 'symlink', 'fifo', 'socket', 'device', 'unknown'] as const;
  const situations = record({
    policy: constantFrom(migrating, restoring),
    pathKind: constantFrom(none, transcript, memory, cache),
    own: constantFrom<Found>('name-not-utf8', ...kinds.map(own), own('file')),
    shared: constantFrom(undefined, own('file'), ...kinds.map(shared), shared('file')),
    comparison: constantFrom<Comparison | undefined>(
      undefined,
      { kind: 'identical' },
      { kind: 'different' },
      { kind: 'contains', partial: false },
      { kind: 'contained', partial: true },
    ),
    choice: constantFrom(undefined, 'shared', 'home'),
    linked: constantFrom(undefined, 'own', 'shared'),
    isOutdatedCopy: boolean(),
    canLink: boolean(),
    isFragment: boolean(),
  });
  assert(
    property(situations, (it) => isRight(it, decide(it))),
    { numRuns: 20_000 },
  );
}

describe('every situation', () => {
  test('adds only what the target lacks, and replaces only what it has', () => {
    expectOfAll((it, { kind }) => {
      if (kind === 'add') return it.shared === undefined;
      return kind !== 'replace' || it.shared !== undefined;
    });
  });

  test('replaces what differs only if it was chosen, or if the run knows what became of it', () => {
    expectOfAll((it, action) => {
      if (action.kind !== 'replace' || action.because.endsWith('contained')) return true;
      const isChosen = it.choice === 'home' || it.policy === restoring;
      return isChosen || it.isOutdatedCopy === true || it.linked === 'shared';
    });
  });

  test('is no conflict in a restore', () => {
    expectOfAll((it, { kind }) => it.policy !== restoring || kind !== 'conflict');
  });

  test('links nothing but transcripts on one file system', () => {
    expectOfAll((it, action) => {
      const isLinked = (action.kind === 'add' || action.kind === 'replace') && action.by === 'link';
      return !isLinked || (it.pathKind.isTranscript && it.canLink && it.policy === migrating);
    });
  });
});
