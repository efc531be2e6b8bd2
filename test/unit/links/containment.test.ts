import { inspectAll, isSharedStateError, validateAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { caseOf } from '../support/six-calls.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeLink,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

/** A place that looks harmless by its text, and is not when its links are followed. */
interface Trap {
  readonly home: string;
  readonly second?: string;
  readonly target: string;
  readonly other?: string;
  readonly code: string;
}

const traps: Readonly<Record<string, (world: World) => Trap>> = {
  'a target that really lies inside a home': (world) => {
    makeDirectory(world, at(world, 'home'));
    makeLink(world, at(world, 'volume'), at(world, 'home'));
    return {
      home: at(world, 'home'),
      target: at(world, 'volume/projects-shared'),
      code: 'target-inside-home',
    };
  },
  'a target that really is a home': (world) => {
    makeDirectory(world, at(world, 'home'));
    return {
      home: at(world, 'home'),
      target: makeLink(world, at(world, 'volume'), at(world, 'home')),
      code: 'target-inside-home',
    };
  },
  'a home that really lies inside a target': (world) => {
    makeDirectory(world, at(world, 'shared'));
    makeLink(world, at(world, 'alias'), at(world, 'shared'));
    return {
      home: at(world, 'alias/home'),
      target: at(world, 'shared'),
      code: 'home-inside-target',
    };
  },
  // A file system that folds case would make the one inside the other.
  'two targets that are missing and may be one inside the other': (world) => ({
    home: at(world, 'home'),
    target: at(world, 'Shared'),
    other: at(world, 'shared/inner'),
    code: 'target-inside-target',
  }),
  'two targets that are missing and may be one in two normalizations': (world) => ({
    home: at(world, 'home'),
    target: at(world, 'caf\u00e9'),
    other: at(world, 'cafe\u0301'),
    code: 'target-inside-target',
  }),
  'two targets that really are one': (world) => {
    makeDirectory(world, at(world, 'home'));
    makeDirectory(world, at(world, 'shared'));
    makeLink(world, at(world, 'alias'), at(world, 'shared'));
    return {
      home: at(world, 'home'),
      target: at(world, 'shared'),
      other: at(world, 'alias'),
      code: 'target-inside-target',
    };
  },
  'two targets of which one really lies inside the other, and neither is there yet': (world) => {
    makeDirectory(world, at(world, 'home'));
    makeDirectory(world, at(world, 'volume'));
    makeLink(world, at(world, 'alias'), at(world, 'volume'));
    return {
      home: at(world, 'home'),
      target: at(world, 'volume/shared'),
      other: at(world, 'alias/shared/more'),
      code: 'target-inside-target',
    };
  },
  'a target behind the very link that would lead to it, and a home below that link': (world) => {
    makeDirectory(world, at(world, 'home'));
    makeLink(world, at(world, 'shared'), at(world, 'home/projects'));
    makeLink(world, at(world, 'alias'), at(world, 'home'));
    return {
      home: at(world, 'home'),
      second: at(world, 'alias/projects/second'),
      target: at(world, 'shared'),
      code: 'target-inside-home',
    };
  },
};

describe.each(worldKinds)('%s', (kind) => {
  describe.each(Object.entries(traps))('%s', (_, set) => {
    test('is refused', async () => {
      await inWorld(kind, async (world) => {
        const { home, second, target, other, code } = set(world);
        const homes = second === undefined ? [home] : [home, second];
        const required = [
          { name: 'projects', target },
          ...(other === undefined ? [] : [{ name: 'file-history', target: other }]),
        ];
        const before = snapshot(world);
        const options = { required, fs: world.fs };
        const error = await validateAll(homes, options).catch((reason: unknown) => reason);
        expect(error).toMatchObject({ reports: homes.map(() => ({ ok: false })) });
        expect(isSharedStateError(error) ? error.problems.map(caseOf) : []).toContain(code);
        const [report] = await inspectAll(homes, options);
        expect(report?.problems.map(caseOf)).toContain(code);
        expect(report?.wouldCreate).toEqual([]);
        expect(snapshot(world)).toEqual(before);
      });
    });
  });

  test('each home is told of its own, not of those of all others', async () => {
    await inWorld(kind, async (world) => {
      makeDirectory(world, at(world, 'shared'));
      makeLink(world, at(world, 'alias'), at(world, 'shared'));
      const homes = ['a', 'b', 'c'].map((name) => at(world, `alias/${name}`));
      const required = [{ name: 'projects', target: at(world, 'shared') }];
      const reports = await inspectAll(homes, { required, fs: world.fs });
      for (const { accountHome, problems } of reports.slice(1)) {
        expect(problems.filter(({ path }) => path === accountHome)).toHaveLength(1);
        expect(problems.length).toBeLessThanOrEqual(2);
      }
    });
  });
});
