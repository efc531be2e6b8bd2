import { describe, expect, test } from 'vitest';
import { exactly, fill, ID, KEY, lines, plan, read, run, told } from '../../support/migrating.ts';
import { kindAt, pruneAll } from '../../support/stories.ts';
import { restoring } from '../../support/way-back.ts';
import { at, inWorld, makeDirectory, makeFile, makeLink, worldKinds } from '../../support/world.ts';

const MEMORY = `projects/${KEY}/memory`;
const SHARED_MEMORY = `shared/.claude-projects-shared/${KEY}/memory`;

describe.each(worldKinds)('symbolic links inside (%s)', (kind) => {
  test('a memory that is a link to a repository elsewhere is carried over as that link', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/${ID}.jsonl`]: lines(1) });
      makeFile(world, at(world, 'repository/memory/MEMORY.md'), 'Use tabs.\n');
      makeLink(world, at(world, `a/${MEMORY}`), at(world, 'repository/memory'));
      const before = exactly(world, at(world, 'repository'));

      const planned = await plan(world, ['a']);
      expect([planned.ok, told(world, planned)]).toEqual([true, []]);
      expect(planned.spaceNeeded).toBe(0);
      expect((await run(world, ['a'])).outcome).toBe('done');

      expect(kindAt(world, SHARED_MEMORY)).toBe('link to repository/memory');
      expect(String(world.fs.readFileSync(at(world, `a/${MEMORY}/MEMORY.md`), 'utf8'))).toBe(
        'Use tabs.\n',
      );
      expect(exactly(world, at(world, 'repository'))).toEqual(before);
    }));

  test('restore brings such a link back, and prune deletes it with the restore point', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/${ID}.jsonl`]: lines(1) });
      makeLink(world, at(world, `a/${MEMORY}`), makeDirectory(world, at(world, 'repository')));
      await run(world, ['a']);
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(kindAt(world, `a/${MEMORY}`)).toBe('link to repository');
      expect((await run(world, ['a'])).outcome).toBe('done');
      for (const { outcome, kept } of await pruneAll(world, ['a'])) {
        expect([outcome, kept]).toEqual(['done', []]);
      }
      expect(kindAt(world, SHARED_MEMORY)).toBe('link to repository');
      expect(kindAt(world, 'repository')).toBe('directory');
    }));

  test('a link that leads nowhere is carried over, too', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/${ID}.jsonl`]: lines(1) });
      makeLink(world, at(world, `a/${MEMORY}`), at(world, 'unplugged/memory'));
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(kindAt(world, SHARED_MEMORY)).toBe('link to unplugged/memory');
    }));

  test('a relative link that stays inside keeps its text', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'a/projects/-one/memory/MEMORY.md': 'Use tabs.\n' });
      makeLink(world, at(world, 'a/projects/-two/memory'), '../-one/memory');
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(kindAt(world, 'shared/.claude-projects-shared/-two/memory')).toBe(
        'link to ../-one/memory',
      );
      expect(read(world, 'a/projects/-two/memory/MEMORY.md')).toBe('Use tabs.\n');
    }));

  test('a relative link that leaves its directory is refused', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/${ID}.jsonl`]: lines(1), 'a/notes/MEMORY.md': 'Notes\n' });
      makeLink(world, at(world, `a/${MEMORY}`), '../../notes');
      const before = exactly(world, at(world, 'a'));
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [`not-mergeable a/${MEMORY}`],
      ]);
      expect(report.problems).toContainEqual(
        expect.objectContaining({ reason: 'relative-link-leaves-tree' }),
      );
      expect(exactly(world, at(world, 'a'))).toEqual(before);
      expect(kindAt(world, 'shared')).toBe('nothing');
    }));

  test('links of two homes with the same text become one', () =>
    inWorld(kind, async (world) => {
      for (const home of ['a', 'b']) {
        makeLink(world, at(world, `${home}/${MEMORY}`), at(world, 'repository'));
      }
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(kindAt(world, SHARED_MEMORY)).toBe('link to repository');
    }));

  test('links of two homes to different places conflict, and a choice decides', () =>
    inWorld(kind, async (world) => {
      makeLink(world, at(world, `a/${MEMORY}`), at(world, 'first'));
      makeLink(world, at(world, `b/${MEMORY}`), at(world, 'second'));
      const planned = await plan(world, ['a', 'b']);
      expect(told(world, planned)).toEqual([`kinds-differ b/${MEMORY}`]);
      const preferHome = [at(world, `b/${MEMORY}`)];
      expect((await run(world, ['a', 'b'], { preferHome })).outcome).toBe('done');
      expect(kindAt(world, SHARED_MEMORY)).toBe('link to second');
    }));

  test('what is behind a link is neither counted nor touched nor brought', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/${ID}.jsonl`]: lines(1) });
      makeFile(world, at(world, `elsewhere/${KEY}/1.txt`), 'far away');
      makeLink(world, at(world, 'a/projects/-linked'), at(world, `elsewhere/${KEY}`));
      const before = exactly(world, at(world, 'elsewhere'));
      const planned = await plan(world, ['a']);
      const [projects] = planned.homes[0]?.entries.filter(({ name }) => name === 'projects') ?? [];
      expect(projects?.files).toMatchObject({ link: 1, copy: 0 });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(kindAt(world, 'shared/.claude-projects-shared/-linked')).toBe(
        `link to elsewhere/${KEY}`,
      );
      expect(exactly(world, at(world, 'elsewhere'))).toEqual(before);
    }));

  test('a transcript that is a link stays a link', () =>
    inWorld(kind, async (world) => {
      const file = makeFile(world, at(world, `backup/${ID}.jsonl`), lines(1));
      makeLink(world, at(world, `a/projects/${KEY}/${ID}.jsonl`), file);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(kindAt(world, `shared/.claude-projects-shared/${KEY}/${ID}.jsonl`)).toBe(
        `link to backup/${ID}.jsonl`,
      );
      expect(world.fs.lstatSync(file, { bigint: true }).nlink).toBe(1n);
    }));
});
