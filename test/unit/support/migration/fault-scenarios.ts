import type { Tree } from '../disk-image.ts';
import {
  after,
  append,
  diedBefore,
  edit,
  type Meanwhile,
  migrateOn,
  move,
  restoreOn,
  type Stage,
  stage,
  write,
} from './fault-stages.ts';
import { lines, ONE, TWO } from './way-back.ts';

const MEMORY = '-app/memory/MEMORY.md';
const OWN = `-app/${ONE}.jsonl`;
const OTHER = `-app/${TWO}.jsonl`;
const TARGET = '/s/.claude-projects-shared';

/** Files below `projects` of a home, or of another directory. */
const below = (root: string, files: Tree): Tree =>
  Object.fromEntries(Object.entries(files).map(([path, entry]) => [`${root}/${path}`, entry]));
const inA = (files: Tree) => below('/a/projects', files);
const inB = (files: Tree) => below('/b/projects', files);
const shared = (files: Tree) => below(TARGET, files);

const isSwapOf = (of: string) => (call: string, path: string, to?: string) =>
  call === 'rename' && path === `/${of}/projects` && to?.includes('/originals/') === true;
const isLinkOf = (of: string) => (call: string, _: string, to?: string) =>
  call === 'link' && to === `/${of}/projects`;

const isManifest: Meanwhile['isMoment'] = (call, path) =>
  call === 'open' && path.endsWith('/manifest');
const isSeal: Meanwhile['isMoment'] = (call, path) => call === 'open' && path.endsWith('/sealed');

const simple = inA({ [OWN]: lines(1, 3), [MEMORY]: 'first\n' });
const generations = {
  ...inA({ [OWN]: lines(1, 3), [MEMORY]: 'first\n' }),
  ...inB({ [OWN]: lines(1, 5), [MEMORY]: 'first\n' }),
  ...shared({ [OWN]: lines(1, 2) }),
};
const couple = {
  ...inA({ [OWN]: lines(1, 3) }),
  ...inB({ [OWN]: lines(1, 5), [OTHER]: lines(1, 2) }),
};
const fragment = { [`/a/projects/${OWN}`]: lines(4, 5), '/a/projects/-new/notes.md': 'new\n' };

/** What is migrated in the fault sweep, by what is special about it. */
export const stages: Readonly<Record<string, () => Stage | Promise<Stage>>> = {
  'one home': () => stage(simple),

  'three generations in two homes and the target': () => stage(generations),

  'a generation that grows while it is displaced': () =>
    stage(couple, {
      live: 'merge',
      meanwhile: {
        isMoment: (call, path, to) =>
          call === 'rename' && [path, to].includes(`/a/projects/${OWN}`),
        act: (world) => append(world, `/a/projects/${OWN}`, lines(91, 92)),
      },
    }),

  'both sides kept': () =>
    stage(
      { ...inA({ [OWN]: lines(1, 3), [MEMORY]: 'mine\n' }), ...shared({ [MEMORY]: 'ours\n' }) },
      { keepBoth: [`/a/projects/${MEMORY}`] },
    ),

  'a directory made anew in the window': () =>
    stage(simple, {
      live: 'merge',
      meanwhile: { isMoment: isLinkOf('a'), act: (world) => write(world, fragment) },
    }),

  'notes edited between link and swap': () =>
    stage(simple, {
      live: 'merge',
      meanwhile: {
        isMoment: isSwapOf('a'),
        act: (world) => edit(world, `/a/projects/${MEMORY}`, 'second, and longer\n'),
      },
    }),

  'a transcript replaced between link and swap': () =>
    stage(simple, {
      live: 'merge',
      meanwhile: {
        isMoment: isManifest,
        act: (world) => edit(world, `/a/projects/${OWN}`, lines(1, 1) + lines(50, 52)),
      },
    }),

  'across two file systems': () => stage(simple, { mounts: ['/s'] }),

  'generations across two file systems': () => stage(generations, { mounts: ['/s'] }),

  'a session moved to another key': () =>
    stage(simple, {
      live: 'merge',
      meanwhile: {
        isMoment: isManifest,
        act: (world) => {
          world.memfs.mkdirSync('/a/projects/-tree', { mode: 0o700 });
          move(world, `/a/projects/${OWN}`, `/a/projects/-tree/${ONE}.jsonl`);
          return {};
        },
      },
    }),

  'a run that died in the window, and what came after': () =>
    diedBefore(stage(couple, { live: 'merge' }), isLinkOf('a'), fragment),

  'a run that died before it was sealed': () => diedBefore(stage(generations), isSeal),

  'a filled target': () =>
    stage({
      ...inA({ [OWN]: lines(1, 3), [OTHER]: lines(1, 2), [MEMORY]: 'same\n' }),
      ...shared({ [OTHER]: lines(1, 2), [MEMORY]: 'same\n', '-else/memory/x.md': 'x\n' }),
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
        [MEMORY]: { content: 'first\n', mode: 0o640, mtimeMs: 1_600_000_002_000 },
      }),
    ),

  'hard links': () =>
    stage({
      ...simple,
      '/a/projects/-app/memory/same.md': { sameAs: `/a/projects/${MEMORY}` },
      '/backup/copy.jsonl': { sameAs: `/a/projects/${OWN}` },
    }),

  'restored, and migrated again': async () => {
    const staged = stage(generations);
    const again = await after(staged, async (world) => {
      const migrated = await migrateOn(staged, world.fs, 8001);
      append(world, `${TARGET}/${OWN}`, lines(6, 7));
      for (const home of staged.homes) {
        const restored = await restoreOn(staged, world.fs, home, 8002);
        if (!migrated.ok || !restored.ok) throw new Error('not there and back');
      }
      write(world, { [`/a/projects/${OTHER}`]: lines(1, 1) });
    });
    return { ...again, origin: again.image };
  },
};
