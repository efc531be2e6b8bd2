import { validateAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { failWith } from '../support/posix-error.ts';
import { watched } from '../support/watched.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

/** A file system on which somebody else does something just before one kind of call, once or always. */
function withSomebodyElse(world: World, name: string, act: () => void, often = 1) {
  let left = often;
  return watched(world.fs, (called) => {
    if (called === name && left > 0) {
      left -= 1;
      act();
    }
    return undefined;
  });
}

const projects = (world: World) => requiredIn(world)[2] ?? { name: '', target: '' };

describe.each(worldKinds)('%s', (kind) => {
  test('somebody else makes the right link first: that is fine, and not told as made here', async () => {
    await inWorld(kind, async (world) => {
      const { name, target } = projects(world);
      makeDirectory(world, target);
      makeDirectory(world, at(world, 'home'));
      const fs = withSomebodyElse(world, 'symlink', () => {
        makeLink(world, at(world, 'home/projects'), target);
      });
      const [report] = await validateAll([at(world, 'home')], { required: [{ name, target }], fs });
      expect(report).toMatchObject({ ok: true, created: [], links: [{ state: 'linked' }] });
    });
  });

  test('somebody else makes a divergent link first: it is refused and stays', async () => {
    await inWorld(kind, async (world) => {
      const { name, target } = projects(world);
      makeDirectory(world, target);
      makeDirectory(world, at(world, 'home'));
      const fs = withSomebodyElse(world, 'symlink', () => {
        makeLink(world, at(world, 'home/projects'), makeDirectory(world, at(world, 'elsewhere')));
      });
      const pending = validateAll([at(world, 'home')], { required: [{ name, target }], fs });
      await expect(pending).rejects.toMatchObject({
        problems: [{ code: 'divergent-link', storedTarget: at(world, 'elsewhere') }],
      });
    });
  });

  test('Claude Code makes a real projects directory first: it is refused and stays', async () => {
    await inWorld(kind, async (world) => {
      const { name, target } = projects(world);
      makeDirectory(world, target);
      makeDirectory(world, at(world, 'home'));
      const fs = withSomebodyElse(world, 'symlink', () => {
        makeFile(world, at(world, 'home/projects/-work/new.jsonl'), '{}');
      });
      const pending = validateAll([at(world, 'home')], { required: [{ name, target }], fs });
      await expect(pending).rejects.toMatchObject({ problems: [{ code: 'not-a-symlink' }] });
      expect(snapshot(world)[at(world, 'home/projects/-work/new.jsonl')]).toBe('file of {}');
    });
  });

  test('somebody else makes the directories first, one before each of ours', async () => {
    await inWorld(kind, async (world) => {
      const required = requiredIn(world);
      const others = [
        at(world, 'shared'),
        ...required.map(({ target }) => target),
        at(world, 'new'),
        at(world, 'new/home'),
      ];
      const fs = withSomebodyElse(
        world,
        'mkdir',
        () => makeDirectory(world, others.shift() ?? ''),
        6,
      );
      const [report] = await validateAll([at(world, 'new/home')], { required, fs });
      expect(report?.ok).toBe(true);
      expect(report?.created).toEqual(required.map(({ name }) => at(world, `new/home/${name}`)));
    });
  });

  test('somebody else makes a file where the target belongs: no link is made to it', async () => {
    await inWorld(kind, async (world) => {
      const { name, target } = projects(world);
      makeDirectory(world, at(world, 'home'));
      makeDirectory(world, at(world, 'shared'));
      const fs = withSomebodyElse(world, 'mkdir', () => makeFile(world, target));
      const pending = validateAll([at(world, 'home')], { required: [{ name, target }], fs });
      await expect(pending).rejects.toMatchObject({
        problems: [{ code: 'directory-unusable', role: 'target', reason: 'not-directory' }],
        reports: [{ created: [], links: [{ state: 'missing' }] }],
      });
    });
  });

  test('a link swapped in for the target makes no difference to what is refused', async () => {
    await inWorld(kind, async (world) => {
      const { name, target } = projects(world);
      makeDirectory(world, at(world, 'home'));
      makeDirectory(world, at(world, 'shared'));
      const fs = withSomebodyElse(world, 'mkdir', () =>
        makeLink(world, target, at(world, 'nowhere')),
      );
      const pending = validateAll([at(world, 'home')], { required: [{ name, target }], fs });
      await expect(pending).rejects.toMatchObject({
        problems: [{ code: 'directory-unusable', role: 'target', reason: 'dangling' }],
      });
    });
  });

  test('somebody else removes the target behind the new link: it is made again', async () => {
    await inWorld(kind, async (world) => {
      const { name, target } = projects(world);
      makeDirectory(world, target);
      makeDirectory(world, at(world, 'home'));
      const fs = withSomebodyElse(world, 'symlink', () => world.fs.rmdirSync(target));
      const [report] = await validateAll([at(world, 'home')], { required: [{ name, target }], fs });
      expect(report).toMatchObject({
        ok: true,
        created: [at(world, 'home/projects'), target],
        problems: [{ code: 'target-recreated' }],
      });
    });
  });

  test('somebody else removes the target while a link to it is being judged', async () => {
    await inWorld(kind, async (world) => {
      const { name, target } = projects(world);
      makeDirectory(world, target);
      const path = makeLink(world, at(world, 'home/projects'), '../shared/.claude-projects-shared');
      // The first look at the target is over when the second readlink asks where the link leads.
      let looks = 0;
      const fs = watched(world.fs, (called) => {
        if (called === 'readlink') looks += 1;
        if (looks === 2 && world.fs.existsSync(target)) world.fs.rmdirSync(target);
        return undefined;
      });
      const pending = validateAll([at(world, 'home')], { required: [{ name, target }], fs });
      await expect(pending).rejects.toMatchObject({
        problems: [{ code: 'concurrent-modification', remedy: 'retry', path }],
      });
    });
  });

  test('somebody who keeps undoing the work is reported, with the advice to try again', async () => {
    await inWorld(kind, async (world) => {
      const { name, target } = projects(world);
      makeDirectory(world, target);
      makeDirectory(world, at(world, 'home'));
      const path = at(world, 'home/projects');
      const occupant = { there: false };
      let attempts = 0;
      const fs = watched(world.fs, (called) => {
        // There for the call that would make it, gone for every look.
        if (called === 'symlink') attempts += 1;
        if (called === 'symlink') makeLink(world, path, target);
        else if (occupant.there) world.fs.unlinkSync(path);
        occupant.there = called === 'symlink';
        return undefined;
      });
      const pending = validateAll([at(world, 'home')], { required: [{ name, target }], fs });
      await expect(pending).rejects.toMatchObject({
        problems: [{ code: 'concurrent-modification', remedy: 'retry', path, errno: 'EEXIST' }],
      });
      expect(attempts).toBe(3);
    });
  });

  test.each([
    ['then the link is a symbolic one', 'EISDIR', undefined, /"state":"linked"/],
    [
      'and the right to symbolic ones is missing, that is said',
      'ENOTSUP',
      'EPERM',
      /\(EPERM\).*symbolic links need Developer Mode/,
    ],
  ])('Windows has no junctions there: %s', async (_, errno, next, result) => {
    await inWorld(kind, async (world) => {
      makeDirectory(world, at(world, 'home'));
      const answers = [errno, next];
      const fs = watched(world.fs, (called) => {
        const code = called === 'symlink' ? answers.shift() : undefined;
        return code === undefined ? code : failWith(code);
      });
      const options = { required: [projects(world)], fs };
      const validated = await validateAll([at(world, 'home')], options).catch(String);
      expect(answers).toEqual([]);
      expect(JSON.stringify(validated)).toMatch(result);
    });
  });
});
