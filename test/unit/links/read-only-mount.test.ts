import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { mounted, tmpfs, whyNoMount } from '../support/mounts.ts';
import { needs } from '../support/required-here.ts';
import { codesOf, ensuringCalls, lookingCalls } from '../support/six-calls.ts';
import { at, inWorld, makeDirectory, makeLink, requiredIn, type World } from '../support/world.ts';

/** Mounts a small file system on a folder, lets it be filled, and makes it read-only while in use. */
async function onReadOnlyMount(
  folder: string,
  fill: () => void,
  use: () => Promise<void>,
): Promise<void> {
  await mounted(tmpfs(), folder, async () => {
    fill();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await use();
  });
}

const allCalls = Object.entries({ ...lookingCalls, ...ensuringCalls });

function linkHome(world: World): void {
  for (const { name, target } of requiredIn(world))
    makeLink(world, at(world, `home/${name}`), target);
}

function makeTargets(world: World): void {
  for (const { target } of requiredIn(world)) makeDirectory(world, target);
}

describe('on a read-only mount:', () => {
  for (const [name, call] of allCalls) {
    test(`${name} tells that the targets cannot be written`, async (context) => {
      await inWorld('disk', async (here) => {
        const shared = makeDirectory(here, at(here, 'shared'));
        needs(context, whyNoMount(shared));
        linkHome(here);
        await onReadOnlyMount(
          shared,
          () => makeTargets(here),
          async () => {
            const result = await call(here, [at(here, 'home')], requiredIn(here));
            expect(codesOf(result)).toEqual(['target-not-accessible']);
            expect(result.reports[0]?.problems[0]).toMatchObject({ errno: 'EROFS' });
            expect(result.reports[0]?.links[2]?.state).toBe('linked');
          },
        );
      });
    });

    test(`${name} is content with a read-only home whose links are right`, async (context) => {
      await inWorld('disk', async (here) => {
        const home = makeDirectory(here, at(here, 'home'));
        needs(context, whyNoMount(home));
        makeTargets(here);
        await onReadOnlyMount(
          home,
          () => linkHome(here),
          async () => {
            const result = await call(here, [home], requiredIn(here));
            expect(result.error).toBeUndefined();
            expect(result.reports[0]).toMatchObject({ ok: true, problems: [] });
          },
        );
      });
    });

    test(`${name} tells that links cannot be made in a read-only home`, async (context) => {
      await inWorld('disk', async (here) => {
        const home = makeDirectory(here, at(here, 'home'));
        needs(context, whyNoMount(home));
        makeTargets(here);
        await onReadOnlyMount(
          home,
          () => undefined,
          async () => {
            const result = await call(here, [home], requiredIn(here));
            expect(codesOf(result)).toContain('home-not-accessible');
            expect(result.reports[0]?.problems[0]).toMatchObject({ errno: 'EROFS' });
          },
        );
      });
    });
  }
});
