import { describe, expect, test } from 'vitest';
import { fill, KEY, plan, told } from '../support/migrating.ts';
import { at, inWorld, worldKinds } from '../support/world.ts';

const MEMORY = `projects/${KEY}/memory`;

describe.each(worldKinds)('auto-memory behind the links (%s)', (kind) => {
  test('needs rules in each home that gets a link to it, whoever has it', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/${MEMORY}/notes.md`]: 'notes',
        [`b/projects/${KEY}/other.txt`]: 'other',
        'c/settings.json': '{}',
      });
      const report = await plan(world, ['a', 'b', 'c']);
      expect(told(world, report)).toEqual([
        `memory-needs-rules a/${MEMORY}`,
        `memory-needs-rules b/${MEMORY}`,
        `memory-needs-rules c/${MEMORY}`,
      ]);
      const own = report.problems.find(({ path }) => path === at(world, `b/${MEMORY}`));
      expect(own).toMatchObject({
        rules: [`b/${MEMORY}`, `shared/.claude-projects-shared/${KEY}/memory`]
          .map((path) => at(world, path))
          .flatMap((path) => [`Read(/${path}/**)`, `Edit(/${path}/**)`]),
      });
    }));

  test('needs them, too, where it is in the shared place already', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/other.txt`]: 'other',
        [`shared/${MEMORY}/notes.md`]: 'notes',
      });
      expect(told(world, await plan(world, ['a']))).toEqual([`memory-needs-rules a/${MEMORY}`]);
    }));
});
