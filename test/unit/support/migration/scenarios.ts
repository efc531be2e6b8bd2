import type { Tree } from '../disk-image.ts';
import type { PosixWorld } from '../posix-memfs.ts';
import { callsOn } from './calls.ts';
import {
  after,
  append,
  type Command,
  diedBefore,
  edit,
  lines,
  type Meanwhile,
  migrated,
  move,
  ONE,
  type Stage,
  stage,
  TWO,
  worldOf,
  write,
} from './stages.ts';

export type Scenarios = Readonly<Record<string, () => Stage | Promise<Stage>>>;

const MEMORY = '-app/memory/MEMORY.md';
const NOTES = '-app/memory/notes.md';
const OWN = `-app/${ONE}.jsonl`;
const OTHER = `-app/${TWO}.jsonl`;
const TARGET = '/s/.claude-projects-shared';

/** Files below `projects` of a home, or below another directory. */
const below = (root: string, files: Tree): Tree =>
  Object.fromEntries(Object.entries(files).map(([path, entry]) => [`${root}/${path}`, entry]));
const inA = (files: Tree) => below('/a/projects', files);
const inB = (files: Tree) => below('/b/projects', files);
const shared = (files: Tree) => below(TARGET, files);

const isCutOver: Meanwhile['isMoment'] = (call, path, to) =>
  call === 'rename' && path === '/a/projects' && to?.includes('/restore-points/') === true;
const isLink: Meanwhile['isMoment'] = (call, _, to) =>
  (call === 'link' || call === 'symlink') && to === '/a/projects';
const isReplacement: Meanwhile['isMoment'] = (call, path, to) =>
  call === 'rename' && path === `${TARGET}/${OWN}` && to?.includes('/replaced/') === true;
const isCompletion: Meanwhile['isMoment'] = (call, path) =>
  call === 'mkdir' && path.endsWith('/complete');
const isUnlinked: Meanwhile['isMoment'] = (call, path) =>
  call === 'unlink' && path === '/a/projects';
const isGivenBack: Meanwhile['isMoment'] = (call, _, to) =>
  call === 'rename' && to === '/a/projects';

const simple = inA({ [OWN]: lines(1, 3), [MEMORY]: 'first\n', [NOTES]: 'notes\n' });
const generations = {
  ...inA({ [OWN]: lines(1, 3), [MEMORY]: 'first\n' }),
  ...inB({ [OWN]: lines(1, 5), [MEMORY]: 'first\n' }),
  ...shared({ [OWN]: lines(1, 2) }),
};
const pair = {
  ...inA({ [OWN]: lines(1, 3) }),
  ...inB({ [OWN]: lines(1, 5), [OTHER]: lines(1, 2) }),
};

/** The same stage, during whose command something else happens. */
const during = (
  tree: Tree,
  live: Stage['live'],
  isMoment: Meanwhile['isMoment'],
  act: Meanwhile['act'],
) => stage(tree, { live, meanwhile: { isMoment, act } });

const growing: Meanwhile['act'] = (world) => append(world, `/a/projects/${OWN}`, lines(91, 92));
const compacting: Meanwhile['act'] = (world) =>
  edit(world, `/a/projects/${OWN}`, lines(1, 1) + lines(50, 52));
const editing: Meanwhile['act'] = (world) =>
  edit(world, `/a/projects/${NOTES}`, 'other notes, and longer\n');
const recreating: Meanwhile['act'] = (world) =>
  write(world, { [`/a/projects/${OWN}`]: lines(4, 5), '/a/projects/-new/notes.md': 'new\n' });
const moving: Meanwhile['act'] = (world) => {
  world.memfs.mkdirSync('/a/projects/-tree', { mode: 0o700 });
  move(world, `/a/projects/${OWN}`, `/a/projects/-tree/${ONE}.jsonl`);
  return {};
};

/** What `migrate` is proved on. */
export const migrateScenarios: Scenarios = {
  'one home': () => stage(simple),
  'three generations of a transcript in two homes and the target': () => stage(generations),
  'two files of one name, of which the shared one is preferred': () =>
    stage(
      { ...inA({ [OWN]: lines(1, 3), [NOTES]: 'mine\n' }), ...shared({ [NOTES]: 'ours\n' }) },
      { preferShared: [`/a/projects/${NOTES}`] },
    ),
  "two files of one name, of which the home's is preferred": () =>
    stage(
      { ...inA({ [OWN]: lines(1, 3), [NOTES]: 'mine\n' }), ...shared({ [NOTES]: 'ours\n' }) },
      { preferHome: [`/a/projects/${NOTES}`] },
    ),
  'memories that are merged': () =>
    stage({
      ...inA({ [OWN]: lines(1, 2), [MEMORY]: '# Notes\nmine\n' }),
      ...inB({ [MEMORY]: '# Notes\nyours\n' }),
      ...shared({ [MEMORY]: '# Notes\nours\n' }),
    }),
  'a filled target, an obsolete cache and a link': () =>
    stage({
      ...inA({ [OWN]: lines(1, 3), [OTHER]: lines(1, 2), [NOTES]: 'same\n' }),
      ...inA({ '-app/sessions-index.json': '{}', '-app/docs': { link: '/s/elsewhere' } }),
      ...shared({ [OTHER]: lines(1, 2), [NOTES]: 'same\n', '-else/memory/x.md': 'x\n' }),
    }),
  'three directories of two homes': () =>
    stage(
      {
        ...inA({ [OWN]: lines(1, 2) }),
        [`/a/file-history/${ONE}/1@v1`]: 'before\n',
        [`/a/session-env/${ONE}/env`]: 'A=1\n',
        ...inB({ [OTHER]: lines(1, 2) }),
        [`/b/file-history/${TWO}/1@v1`]: 'other\n',
      },
      { names: ['session-env', 'file-history', 'projects'] },
    ),
  'empty directories, modes and times': () =>
    stage(
      inA({
        [OWN]: { content: lines(1, 2), mode: 0o644, mtimeMs: 1_600_000_000_000 },
        '-empty': { mode: 0o755, mtimeMs: 1_600_000_001_000 },
        [NOTES]: { content: 'first\n', mode: 0o640, mtimeMs: 1_600_000_002_000 },
      }),
    ),
  'hard links': () =>
    stage({
      ...simple,
      '/a/projects/-app/memory/same.md': { sameAs: `/a/projects/${NOTES}` },
      '/backup/copy.jsonl': { sameAs: `/a/projects/${OWN}` },
    }),
  'files with as many links as there may be': () =>
    stage(
      { ...simple, '/backup/copy.jsonl': { sameAs: `/a/projects/${OWN}` } },
      {
        volume: { maxLinks: 2 },
      },
    ),
  'across two file systems': () => stage(simple, { volume: { mounts: ['/s'] } }),
  'generations across two file systems': () => stage(generations, { volume: { mounts: ['/s'] } }),
  'after a run that died between the two calls': () => diedBefore(stage(pair), isLink),
  'after a run that died before it was complete': () =>
    diedBefore(stage(generations), isCompletion),
  'after a restore of both homes': async () => {
    const staged = await migrated(stage(generations));
    return await after(staged, async (world) => {
      append(world, `${TARGET}/${OWN}`, lines(6, 7));
      const { restore } = callsOn(staged, world.fs, 8002);
      for (const home of staged.homes) {
        const { ok, outcome } = await restore(home);
        if (!ok) throw new Error(`not restored: ${outcome}`);
      }
      write(world, { [`/a/projects/${OTHER}`]: lines(1, 1) });
    });
  },
  'while a transcript grows that is replaced': () =>
    during(generations, 'merge', isReplacement, growing),
  'while a transcript grows that is linked': () => during(simple, 'merge', isCutOver, growing),
  'while the directory is re-created': () => during(simple, 'merge', isLink, recreating),
  'while notes are edited': () => during(simple, 'merge', isCutOver, editing),
  'while a session is compacted': () => during(simple, 'merge', isCutOver, compacting),
  'while a session moves to another key': () => during(simple, 'merge', isCutOver, moving),
  'while a session that was said to be at rest grows': () =>
    during(generations, 'refuse', isReplacement, growing),
  'while a directory that was said to be at rest is re-created': () =>
    during(simple, 'refuse', isLink, recreating),
  'while a session that was said to be at rest is compacted': () =>
    during(simple, 'refuse', isCutOver, compacting),
};

/** Two homes that were migrated, and have gone on since. */
async function goneOn(more: Partial<Stage> = {}): Promise<Stage> {
  const tree = {
    ...inA({ [OWN]: lines(1, 3), [NOTES]: 'first\n', '-app/sessions-index.json': '{}' }),
    ...inB({ [OWN]: lines(1, 2), [OTHER]: lines(1, 2) }),
  };
  const staged = await migrated(stage(tree, more));
  return await after(staged, (world) => {
    append(world, `${TARGET}/${OWN}`, lines(4, 5));
    edit(world, `${TARGET}/${NOTES}`, 'second, and longer\n');
    write(world, { [`${TARGET}/-app/memory/new.md`]: 'new\n' });
    return undefined;
  });
}

const restoring: Command = { call: 'restore', home: '/a' };
const restoringDuring = async (isMoment: Meanwhile['isMoment'], act: Meanwhile['act']) => ({
  ...(await goneOn({ command: restoring })),
  meanwhile: { isMoment, act },
});

/** What `restore` is proved on. */
export const restoreScenarios: Scenarios = {
  'on one file system': () => goneOn({ command: restoring }),
  'across two file systems': () => goneOn({ command: restoring, volume: { mounts: ['/s'] } }),
  'after a run that died between the two calls': async () =>
    diedBefore(await goneOn({ command: restoring }), isGivenBack),
  'while a shared transcript grows': () =>
    restoringDuring(isUnlinked, (world) => append(world, `${TARGET}/${OWN}`, lines(6, 7))),
  'while notes are edited inside the tree': () =>
    restoringDuring(isUnlinked, (world) => {
      const path = pathIn(world, `projects/${NOTES}`);
      return edit(world, path, 'edited inside the tree that was set aside\n');
    }),
  'while the directory is re-created': () => restoringDuring(isGivenBack, recreating),
};

/** The path of a file in the first restore point of `/a`. */
function pathIn({ memfs }: PosixWorld, path: string): string {
  const points = '/a/.claude-shared-state/restore-points';
  const [first = ''] = memfs.readdirSync(points, { encoding: 'utf8' }).map(String);
  return `${points}/${first}/${path}`;
}

/** The same stage, whose restore point of `/a` is to be deleted. */
const deleting = (staged: Stage): Stage => ({
  ...staged,
  command: { call: 'delete', path: pathIn(worldOf(staged), '').slice(0, -1) },
});

/** What `deleteRestorePoint` is proved on. */
export const deleteScenarios: Scenarios = {
  'all of which is shared': async () =>
    deleting(await migrated(stage({ ...pair, ...inA({ [OWN]: lines(1, 3), [NOTES]: 'a\n' }) }))),
  'of which a part is shared': async () => deleting(await goneOn()),
  'copied across two file systems': async () =>
    deleting(await migrated(stage(generations, { volume: { mounts: ['/s'] } }))),
  'copied, of which a part is shared': async () =>
    deleting(await goneOn({ volume: { mounts: ['/s'] } })),
  'from which a home was restored': async () => {
    const staged = await goneOn();
    return deleting(await after(staged, (world) => callsOn(staged, world.fs, 8002).restore('/a')));
  },
};

/** What `archive` is proved on. */
export const archiveScenarios: Scenarios = {
  'for the first time': () => goneOn({ command: { call: 'archive' } }),
  'for the second time': async () => {
    const staged = await goneOn({ command: { call: 'archive' } });
    return await after(staged, async (world) => {
      await callsOn(staged, world.fs, 8003).command();
      append(world, `${TARGET}/${OWN}`, lines(6, 7));
      edit(world, `${TARGET}/${OTHER}`, lines(1, 4));
      write(world, { [`${TARGET}/-new/${ONE.replace('3f', '4f')}.jsonl`]: lines(1, 1) });
    });
  },
};
