import { parseResumeUUID } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { migrationProblem } from '../../../src/migrate/migration-problem.ts';
import { planFrom, type Survey, type SurveyedName } from '../../../src/migrate/plan/plan.ts';
import type { Run } from '../../../src/migrate/record/runs.ts';
import type { SurveyedContents } from '../../../src/migrate/plan/survey-contents.ts';
import type { SurveyedEntry, SurveyedHome } from '../../../src/migrate/plan/survey-entries.ts';
import type { LiveSession } from '../../../src/sessions/live-sessions.ts';
import { ID, OTHER_ID } from '../support/migrating.ts';

// From the facts alone, so that mounts, other file systems and runs that died are decided here wherever it runs.

const NONE = { link: 0, copy: 0, couple: 0, same: 0, leave: 0 };
const usual = { live: 'refuse', acceptRetention: false, keepBoth: [] } as const;

const facts = {
  kind: 'directory',
  device: 1n,
  inode: 7n,
  birth: 0n,
  size: 0,
  names: 1,
  owner: 1000,
  mode: 0o700,
  mtime: 0n,
} as const;

function entryOf(name: string, more: Partial<SurveyedEntry> = {}): SurveyedEntry {
  return {
    accountHome: '/h',
    name,
    path: `/h/${name}`,
    target: `/alias/${name}`,
    realTarget: `/s/${name}`,
    state: 'linked',
    canLink: true,
    isFragmentary: false,
    ...more,
  };
}

/** A real directory where the link belongs. */
function treeOf(name: string, more: Partial<SurveyedEntry> = {}): SurveyedEntry {
  const directory = { root: `/real/${name}`, facts };
  return entryOf(name, { state: 'directory', directory, ...more });
}

function homeOf(entries: readonly SurveyedEntry[], more: Partial<SurveyedHome> = {}): SurveyedHome {
  return { accountHome: '/h', realHome: '/real', entries, pending: [], ...more };
}

function contentsOf(
  trees: readonly SurveyedEntry[],
  more: Partial<SurveyedContents>,
): SurveyedName {
  const contents: SurveyedContents = {
    files: trees.map(() => NONE),
    copyBytes: trees.map(() => 0),
    conflicts: [],
    leftovers: [],
    offsets: [],
    overdue: 0,
    memory: [],
    hasStrays: false,
    ...more,
  };
  return { trees, contents };
}

function surveyOf(more: Partial<Survey>): Survey {
  return {
    homes: [],
    problems: [],
    liveSessions: [],
    retention: { path: '/h/settings.json', periodDays: 30, due: 0 },
    contents: new Map(),
    ...more,
  };
}

/** What is planned, with its problems in short. */
function planned(survey: Partial<Survey>, request: Partial<Parameters<typeof planFrom>[1]> = {}) {
  const plan = planFrom(surveyOf(survey), { ...usual, ...request });
  return { ...plan, told: plan.problems.map(({ code, path }) => `${code} ${path}`) };
}

const run: Run = {
  path: '/real/run',
  name: 'run',
  trees: [],
  recreated: [],
  displaced: [],
  removedLinks: [],
  isSealed: false,
  isRestored: false,
  isRetiring: false,
};

describe('an entry', () => {
  const half = [
    { ...run, trees: ['other'], recreated: [{ entry: 'recreated-1', name: 'another' }] },
    { ...run, trees: ['projects'] },
  ];
  const anew = [
    { ...run, trees: ['other', 'projects'], recreated: [] },
    {
      ...run,
      recreated: ['other', 'projects'].map((name) => ({ entry: `recreated ${name}`, name })),
    },
  ];
  const elsewhere = [{ ...run, trees: ['other'] }];

  test.each([
    ['directory', 'merge', 'merge'],
    ['missing', 'link', 'roll-forward'],
    ['linked', 'none', 'roll-forward'],
    ['equivalent', 'none', 'roll-forward'],
    ['dangling', 'refuse', 'refuse'],
    ['divergent', 'refuse', 'refuse'],
    ['loop', 'refuse', 'refuse'],
    ['file', 'refuse', 'refuse'],
    ['other', 'refuse', 'refuse'],
    ['unreadable', 'refuse', 'refuse'],
  ] as const)('that is %s comes to %s, or after a run that died to %s', (state, action, after) => {
    const actions = [[], elsewhere, half.slice(0, 1), half, anew.slice(0, 1), anew.slice(1)].map(
      (pending) => {
        const { homes } = planned({
          homes: [homeOf([entryOf('projects', { state })], { pending })],
        });
        return homes[0]?.entries[0]?.action;
      },
    );
    expect(actions).toEqual([action, action, action, after, after, after]);
  });

  test('tells the numbers of its own tree, and none where it is no tree', () => {
    const [first, second] = [treeOf('projects'), treeOf('projects')] as const;
    const files = [
      { ...NONE, link: 1 },
      { ...NONE, copy: 2 },
    ];
    const surveyed = contentsOf([first, second], { files, copyBytes: [10, 200] });
    const { homes, spaceNeeded } = planned({
      homes: [first, entryOf('projects'), second].map((entry) => homeOf([entry, entryOf('x')])),
      contents: new Map([['projects', surveyed]]),
    });
    const nothing = [NONE, 0];
    expect(
      homes.map(({ entries }) => entries.map((entry) => [entry.files, entry.copyBytes])),
    ).toEqual([
      [[files[0], 10], nothing],
      [nothing, nothing],
      [[files[1], 200], nothing],
    ]);
    expect(spaceNeeded).toBe(210);
    expect(homes[0]).toMatchObject({
      accountHome: '/h',
      entries: [{ name: 'projects', path: '/h/projects', target: '/alias/projects' }, {}],
    });
  });
});

function withTree(more: Partial<SurveyedEntry>) {
  return planned({ homes: [homeOf([treeOf('projects', more)])] });
}

describe('a mount', () => {
  const mount = { id: '1', point: '/', type: 'ext4', options: '' };
  test('that the directory and the target merely lie in is no problem', () => {
    const { ok, told } = withTree({ sourceMount: mount, targetMount: mount });
    expect([ok, told]).toEqual([true, []]);
  });

  test('that is the directory, or the target, is refused', () => {
    const source = withTree({ sourceMount: { ...mount, point: '/real/projects' } });
    expect([source.ok, source.told]).toEqual([false, ['source-is-mount-point /h/projects']]);
    const target = withTree({ targetMount: { ...mount, point: '/s/projects' } });
    expect([target.ok, target.told]).toEqual([false, ['target-is-mount-point /alias/projects']]);
  });

  test('without hard links is refused for the target, not for the directory', () => {
    const exfat = { ...mount, type: 'exfat' };
    expect(withTree({ sourceMount: exfat, targetMount: mount }).told).toEqual([]);
    const { ok, told } = withTree({ sourceMount: mount, targetMount: exfat });
    expect([ok, told]).toEqual([false, ['no-hard-links /alias/projects']]);
  });

  test('does not matter where nothing is to be moved', () => {
    const targetMount = { ...mount, point: '/s/projects', type: 'vfat' };
    const { ok, told } = planned({ homes: [homeOf([entryOf('projects', { targetMount })])] });
    expect([ok, told]).toEqual([true, []]);
  });
});

function sessionOf(sessionId: string): LiveSession {
  const id = parseResumeUUID(sessionId);
  if (id === undefined) throw new Error(`no session id: ${sessionId}`);
  return {
    sessionId: id,
    cwd: undefined,
    kind: undefined,
    entrypoint: undefined,
    status: undefined,
    accountHomes: ['/h', '/other'],
    pid: 7,
    path: '/h/sessions/7.json',
    liveness: 'running',
  };
}

describe('a running session', () => {
  const liveSessions = [sessionOf(ID)];
  const tree = treeOf('projects');
  const homes = [homeOf([entryOf('session-env'), tree]), homeOf([entryOf('projects')])];
  const copying = (copy: number) =>
    new Map([['projects', contentsOf([tree], { files: [{ ...NONE, copy }] })]]);

  test('is refused with all that tells it, and named', () => {
    const plan = planned({ homes, liveSessions });
    const fields = { path: '/h/sessions/7.json', accountHome: '/h', sessionId: ID, pid: 7 };
    expect(plan).toMatchObject({ ok: false, liveSessions, problems: [fields] });
    expect(plan.told).toEqual(['live-session /h/sessions/7.json']);
    expect(planned({ homes, liveSessions, contents: copying(1) }).told).toEqual(plan.told);
  });

  test('is merged on request, unless a single file has to be copied', () => {
    const live = 'merge';
    const merged = planned({ homes, liveSessions, contents: copying(0) }, { live });
    expect([merged.ok, merged.told]).toEqual([true, ['live-session-merged /h/sessions/7.json']]);
    const refused = planned({ homes, liveSessions, contents: copying(1) }, { live });
    expect([refused.ok, refused.told]).toEqual([false, ['live-across-devices /h/sessions/7.json']]);
  });
});

describe('a run that ended half-way', () => {
  test('is named for every home, and no error', () => {
    const pending = [run, { ...run, path: '/real/second' }];
    const homes = [homeOf([], { pending }), homeOf([])];
    const { ok, told } = planned({ homes });
    expect([ok, told]).toEqual([
      true,
      ['earlier-run-pending /real/run', 'earlier-run-pending /real/second'],
    ]);
  });
});

describe('a conflict', () => {
  const path = `/h/projects/k/${ID}.jsonl`;
  const sides = { path, other: '/s/projects/x', sessionId: ID };
  const diverge = migrationProblem('transcripts-diverge', sides);
  const link = migrationProblem('not-mergeable', { path: '/h/projects/link', kind: 'symlink' });
  const tree = treeOf('projects');
  const surveyWith = (
    more: Partial<Survey> = {},
    leftovers: SurveyedContents['leftovers'] = [],
  ) => ({
    homes: [homeOf([tree])],
    contents: new Map([
      ['session-env', contentsOf([], {})],
      ['projects', contentsOf([tree], { conflicts: [diverge, link], leftovers })],
    ]),
    ...more,
  });
  const both = [`transcripts-diverge ${path}`, 'not-mergeable /h/projects/link'];

  test('is told, and refused', () => {
    const { ok, told, leftovers } = planned(surveyWith());
    expect([ok, told, leftovers]).toEqual([false, both, []]);
  });

  test('that is decided leaves the side that is named, beside what is left anyway', () => {
    const cache = { path: '/h/projects/c', reason: 'dead-cache' } as const;
    const { told, leftovers } = planned(surveyWith({}, [cache]), { keepBoth: [path] });
    expect(told).toEqual(both.slice(1));
    expect(leftovers).toEqual([cache, { path, reason: 'side-not-chosen' }]);
  });

  test.each([
    ['has only one side', '/h/projects/link'],
    ['nobody knows of', '/h/projects/else'],
    ['is named by its other side', '/s/projects/x'],
  ])('that %s cannot be decided', (_, named) => {
    const { told, leftovers } = planned(surveyWith(), { keepBoth: [named] });
    expect(told).toEqual([...both, `keep-both-unknown ${named}`]);
    expect(leftovers).toEqual([]);
  });

  test('about what was moved aside since has been decided by the same call', () => {
    const decided = [homeOf([entryOf('session-env'), entryOf('file-history')]), homeOf([tree])];
    const keepBoth = ['/real/file-history/x/y'];
    expect(planned({ homes: decided }, { keepBoth }).told).toEqual([]);
    for (const named of [
      '/real/file-history',
      '/real/file-history-2/x',
      '/real/projects/x',
      '/else/file-history/x',
    ]) {
      expect(planned({ homes: decided }, { keepBoth: [named] }).told).toEqual([
        `keep-both-unknown ${named}`,
      ]);
    }
  });

  test.each([
    [`/h/projects/k/${ID}.jsonl`, ID],
    [`/h/projects/k/${ID.toUpperCase()}.jsonl`, ID],
    [`/h/projects/k/${ID}.jsonl`, ID.toUpperCase()],
    [`/h/projects/k/${ID}/subagents/x.jsonl`, ID],
    [String.raw`C:\h\projects\k` + `\\${ID}.jsonl`, ID],
    [`/h/file-history/${ID}/x`, ID],
  ])('about %s is not decided while session %s runs', (named, sessionId) => {
    const conflict = migrationProblem('files-differ', { path: named, other: '/s/x' });
    const contents = new Map([['projects', contentsOf([tree], { conflicts: [conflict] })]]);
    const homes = [homeOf([tree])];
    const decide = (liveSessions: readonly LiveSession[]) =>
      planned({ homes, contents, liveSessions }, { keepBoth: [named], live: 'merge' });
    const running = decide([sessionOf(OTHER_ID), sessionOf(sessionId)]);
    expect([running.ok, running.told.at(-1)]).toEqual([false, `keep-both-live ${named}`]);
    expect(running.problems.at(-1)).toMatchObject({ sessionId });
    expect(decide([sessionOf(OTHER_ID)]).ok).toBe(true);
  });
});

/** Trees of several names, with so many files each that are due. */
function overdue(...numbers: readonly number[]) {
  return new Map(
    numbers.map((number, index) => [`n${index}`, contentsOf([], { overdue: number })]),
  );
}

test('A conflict about what is only called like the transcript of a running session is decided', () => {
  const path = `/h/projects/k/${ID}.jsonl.old`;
  const conflict = migrationProblem('files-differ', { path, other: '/s/x' });
  const contents = new Map([['projects', contentsOf([], { conflicts: [conflict] })]]);
  const survey = { contents, liveSessions: [sessionOf(ID)] };
  expect(planned(survey, { keepBoth: [path], live: 'merge' }).told).toEqual([
    'live-session-merged /h/sessions/7.json',
  ]);
});

describe('retention', () => {
  const retention = { path: '/b/settings.json', periodDays: 10, due: 100 };

  test('that deletes nothing new is no problem, however much is due in the targets already', () => {
    expect(planned({ retention }).told).toEqual([]);
    expect(planned({ retention, contents: overdue(0, 0) }).told).toEqual([]);
  });

  test('that deletes a single file is told, with all that is due', () => {
    const { ok, problems } = planned({ retention, contents: overdue(0, 1) });
    expect(ok).toBe(false);
    const fields = { path: '/b/settings.json', periodDays: 10, files: 101 };
    expect(problems).toEqual([migrationProblem('retention-deletes', fields)]);
    const more = planned({ retention, contents: overdue(2, 3) }, { acceptRetention: true });
    expect(more.ok).toBe(true);
    expect(more.problems).toEqual([
      migrationProblem('retention-accepted', { ...fields, files: 105 }),
    ]);
  });
});

describe('auto-memory', () => {
  const contents = new Map([['projects', contentsOf([], { memory: ['k/memory', 'm/memory'] })]]);

  test('needs rules in every home that gets a link, by both of its spellings', () => {
    const entries = [
      entryOf('projects', { state: 'missing' }),
      entryOf('session-env', { state: 'missing' }),
    ];
    const { ok, told, problems } = planned({ homes: [homeOf(entries)], contents });
    expect([ok, told]).toEqual([
      true,
      ['memory-needs-rules /h/projects/k/memory', 'memory-needs-rules /h/projects/m/memory'],
    ]);
    expect(problems[1]).toMatchObject({
      rules: [
        'Read(//h/projects/m/memory/**)',
        'Edit(//h/projects/m/memory/**)',
        'Read(//s/projects/m/memory/**)',
        'Edit(//s/projects/m/memory/**)',
      ],
    });
  });

  test.each([
    ['directory', 2],
    ['missing', 2],
    ['linked', 0],
    ['equivalent', 0],
    ['divergent', 0],
    ['unreadable', 0],
  ] as const)('behind an entry that is %s needs %i rules', (state, count) => {
    const homes = [homeOf([entryOf('projects', { state })])];
    expect(planned({ homes, contents }).told).toHaveLength(count);
  });
});

test('What was found out before comes first, and only errors stand against a migration', () => {
  const warned = migrationProblem('ancestor-writable', { path: '/' });
  const refused = migrationProblem('source-in-lower-layer', { path: '/h/projects' });
  expect(planned({ problems: [warned] })).toMatchObject({ ok: true, problems: [warned] });
  const pending = { homes: [homeOf([], { pending: [run] })] };
  const both = planned({ ...pending, problems: [warned, refused] });
  expect([both.ok, both.told]).toEqual([
    false,
    ['ancestor-writable /', 'source-in-lower-layer /h/projects', 'earlier-run-pending /real/run'],
  ]);
});
