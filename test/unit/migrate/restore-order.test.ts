import { migrate } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { hooked, linksProjects } from '../support/migrating.ts';
import { makeHome, migrateIn, optionsIn, restoreIn } from '../support/migration/way-back.ts';
import { at, inWorld, worldKinds } from '../support/world.ts';

describe.each(worldKinds)('restore, after there and back (%s)', (kind) => {
  test('gives back what a run that died has moved aside, though its clock was behind', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      expect((await migrateIn(world, [home])).outcome).toBe('done');
      expect((await restoreIn(world, home)).outcome).toBe('done');
      let isDead = false;
      const fs = hooked(world, {
        before: (call, path, to) => {
          isDead ||= linksProjects(call, path, to);
          if (isDead) throw Object.assign(new Error('EDEAD: it has ended'), { code: 'EDEAD' });
        },
      });
      const earlier = { ...optionsIn(world, fs), now: new Date('2025-12-31T00:00:00Z') };
      await migrate([home], { ...earlier, acceptRetention: true });
      expect(world.fs.existsSync(at(world, 'a/projects'))).toBe(false);
      expect((await restoreIn(world, home)).ok).toBe(true);
      expect(world.fs.lstatSync(at(world, 'a/projects'), { bigint: true }).isDirectory()).toBe(
        true,
      );
    }));
});
