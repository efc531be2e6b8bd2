import type { LinkState } from 'claude-shared-state';
import { beforeAll, describe, expect, test } from 'vitest';
import { becomeOrdinaryUser } from '../support/ordinary-user.ts';
import { codesOf, ensuringCalls, lookingCalls } from '../support/six-calls.ts';
import { at, inWorld, makeDirectory, makeLink, requiredIn, type World } from '../support/world.ts';

/** On disk only: memfs enforces no permissions. */
interface Row {
  /** Sets the stage, and names the paths that are closed and the mode that closes them. */
  readonly stage: (world: World) => readonly [path: string, mode: number];
  readonly state: LinkState;
  readonly told: readonly string[];
}

const target = (world: World) => at(world, 'shared/.claude-projects-shared');

function linkedHome(world: World): void {
  for (const required of requiredIn(world)) {
    makeDirectory(world, required.target);
    makeLink(world, at(world, `home/${required.name}`), required.target);
  }
}

function unlinkedHome(world: World): void {
  linkedHome(world);
  world.fs.unlinkSync(at(world, 'home/projects'));
}

const rows: Readonly<Record<string, Row>> = {
  'a target that cannot be read': {
    stage: (world) => (linkedHome(world), [target(world), 0o300]),
    state: 'linked',
    told: ['target-not-accessible'],
  },
  'a target that cannot be written': {
    stage: (world) => (linkedHome(world), [target(world), 0o500]),
    state: 'linked',
    told: ['target-not-accessible'],
  },
  'a target that cannot be searched': {
    stage: (world) => (linkedHome(world), [target(world), 0o600]),
    state: 'linked',
    told: ['target-not-accessible'],
  },
  'a target that cannot be written, and no link yet': {
    stage: (world) => (unlinkedHome(world), [target(world), 0o500]),
    state: 'missing',
    told: ['target-not-accessible'],
  },
  'a target below a directory that cannot be searched': {
    stage: (world) => (linkedHome(world), [at(world, 'shared'), 0o600]),
    state: 'linked',
    told: ['target-not-accessible'],
  },
  'a missing target in a read-only directory': {
    stage: (world) => {
      unlinkedHome(world);
      world.fs.rmdirSync(target(world));
      return [at(world, 'shared'), 0o500];
    },
    state: 'missing',
    told: ['target-not-creatable'],
  },
  'a home that cannot be searched': {
    stage: (world) => (linkedHome(world), [at(world, 'home'), 0o600]),
    state: 'unreadable',
    told: ['home-not-accessible'],
  },
  'a read-only home, and a missing link': {
    stage: (world) => (unlinkedHome(world), [at(world, 'home'), 0o500]),
    state: 'missing',
    told: ['home-not-accessible'],
  },
  'a home that cannot be written, and all links right': {
    stage: (world) => (linkedHome(world), [at(world, 'home'), 0o500]),
    state: 'linked',
    told: [],
  },
  'a missing home in a read-only directory': {
    stage: (world) => {
      for (const required of requiredIn(world)) makeDirectory(world, required.target);
      return [world.root, 0o500];
    },
    state: 'missing',
    told: ['home-not-creatable'],
  },
  'a link through a directory that cannot be searched': {
    stage: (world) => {
      unlinkedHome(world);
      const hop = makeLink(world, at(world, 'closed/hop'), target(world));
      makeLink(world, at(world, 'home/projects'), hop);
      return [at(world, 'closed'), 0o600];
    },
    state: 'unreadable',
    told: ['link-unreadable'],
  },
};

describe('an ordinary user:', () => {
  beforeAll(becomeOrdinaryUser);

  test('these tests do not run as root', () => {
    expect(process.getuid?.()).not.toBe(0);
  });

  describe.each(Object.entries(rows))('%s', (_, { stage, state, told }) => {
    test.each(Object.entries({ ...lookingCalls, ...ensuringCalls }))(
      '%s tells it',
      async (name, call) => {
        await inWorld('disk', async (world) => {
          const [path, mode] = stage(world);
          world.fs.chmodSync(path, mode);
          try {
            const result = await call(world, [at(world, 'home')], requiredIn(world));
            const isLooking = name in lookingCalls;
            // What only looks also names what is merely missing; a call that ensures gives the reason.
            const codes = codesOf(result).filter((code) => !isLooking || code !== 'link-missing');
            expect(codes).toEqual(told);
            expect(result.reports[0]?.links.at(-1)?.state).toBe(state);
            expect(result.error === undefined).toBe(isLooking || told.length === 0);
            const errnos = result.reports[0]?.problems.flatMap((problem) =>
              'errno' in problem ? problem.errno : [],
            );
            expect(new Set(errnos)).toEqual(new Set(told.length === 0 ? [] : ['EACCES']));
          } finally {
            world.fs.chmodSync(path, 0o700);
          }
        });
      },
    );
  });
});
