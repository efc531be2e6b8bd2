import { readdirSync } from 'node:fs';
import { sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensuringCalls, lookingCalls } from '../support/six-calls.ts';
import { mounted, whyNoMount } from '../support/mounts.ts';
import { needs } from '../support/required-here.ts';
import { at, inWorld, makeDirectory, makeLink, type World, worldKinds } from '../support/world.ts';

const allCalls = Object.entries({ ...lookingCalls, ...ensuringCalls });

/** A directory whose parent is another one than its text says: `<root>/link/..` is `<root>/real`. */
function makeBentPath(world: World): void {
  makeLink(world, at(world, 'link'), makeDirectory(world, at(world, 'real/deep')));
}

describe('`..` after a symlink is physical:', () => {
  test.each(allCalls)('%s does not trust the text of such a link', async (_, call) => {
    await inWorld('disk', async (world) => {
      makeBentPath(world);
      const required = [{ name: 'projects', target: makeDirectory(world, at(world, 'shared')) }];
      makeLink(world, at(world, 'home/projects'), '../link/../shared');
      const gone = await call(world, [at(world, 'home')], required);
      expect(gone.reports[0]?.links).toMatchObject([{ state: 'dangling' }]);
      makeDirectory(world, at(world, 'real/shared'));
      const elsewhere = await call(world, [at(world, 'home')], required);
      expect(elsewhere.reports[0]?.links).toMatchObject([{ state: 'divergent' }]);
    });
  });

  test.each(allCalls)('%s takes such a link for right', async (_, call) => {
    await inWorld('disk', async (world) => {
      makeBentPath(world);
      const target = makeDirectory(world, at(world, 'real/shared'));
      makeLink(world, at(world, 'home/projects'), '../link/../shared');
      const { reports } = await call(world, [at(world, 'home')], [{ name: 'projects', target }]);
      expect(reports[0]).toMatchObject({ ok: true, links: [{ state: 'equivalent' }] });
    });
  });

  test.each(Object.entries(ensuringCalls))('%s makes such a target in place', async (_, ensure) => {
    await inWorld('disk', async (world) => {
      makeBentPath(world);
      const required = [{ name: 'projects', target: at(world, 'link') + '/../shared' }];
      makeDirectory(world, at(world, 'home'));
      const { reports } = await ensure(world, [at(world, 'home')], required);
      expect(reports[0]).toMatchObject({ ok: true, links: [{ state: 'linked' }] });
      expect(readdirSync(at(world, 'real')).toSorted()).toEqual(['deep', 'shared']);
    });
  });
});

describe.each(worldKinds)('%s', (kind) => {
  test.runIf(sep === '/').each(Object.entries(ensuringCalls))(
    '%s takes a backslash for a character like any other',
    async (_, ensure) => {
      await inWorld(kind, async (world) => {
        const required = [{ name: 'projects', target: at(world, 'shared\\') }];
        const { reports } = await ensure(world, [at(world, 'home\\')], required);
        expect(reports[0]).toMatchObject({ ok: true });
        expect(reports[0]?.created).toEqual([
          at(world, 'shared\\'),
          at(world, 'home\\'),
          at(world, 'home\\/projects'),
        ]);
      });
    },
  );

  test.each(Object.entries(ensuringCalls))(
    '%s makes a missing volume anew behind a link with a dot in it, and warns',
    async (_, ensure) => {
      await inWorld(kind, async (world) => {
        const required = [{ name: 'projects', target: at(world, 'volume/shared') }];
        makeLink(world, at(world, 'home/projects'), '../volume/./shared');
        const { reports } = await ensure(world, [at(world, 'home')], required);
        expect(reports[0]).toMatchObject({
          ok: true,
          links: [{ state: 'equivalent' }],
          problems: [{ code: 'target-recreated' }],
        });
      });
    },
  );

  test.each(allCalls)(
    '%s says of a link to `..` behind nothing that it leads to nothing',
    async (_, call) => {
      await inWorld(kind, async (world) => {
        const required = [{ name: 'projects', target: makeDirectory(world, at(world, 'shared')) }];
        makeLink(world, at(world, 'home/projects'), `${at(world, 'exited')}/../elsewhere`);
        const { reports } = await call(world, [at(world, 'home')], required);
        expect(reports[0]).toMatchObject({
          links: [{ state: 'dangling' }],
          problems: [{ code: 'dangling-link' }],
        });
      });
    },
  );
});

describe('on disk, a directory mounted twice:', () => {
  test.for(allCalls)('%s takes a link to the other mount for right', async ([, call], context) => {
    await inWorld('disk', async (world) => {
      needs(context, whyNoMount(makeDirectory(world, at(world, 'trial'))));
      const target = makeDirectory(world, at(world, 'shared'));
      const elsewhere = makeDirectory(world, at(world, 'elsewhere'));
      makeLink(world, at(world, 'home/projects'), elsewhere);
      await mounted(['--bind', target], elsewhere, async () => {
        const required = [{ name: 'projects', target }];
        const { reports } = await call(world, [at(world, 'home')], required);
        expect(reports[0]).toMatchObject({ ok: true, links: [{ state: 'equivalent' }] });
      });
    });
  });
});
