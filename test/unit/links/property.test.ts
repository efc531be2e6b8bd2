import {
  inspectAll,
  inspectAllSync,
  type InspectionReport,
  isSharedStateError,
  validateAll,
} from 'claude-shared-state';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isThorough } from '../support/proof.ts';
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

/** One thing that somebody put somewhere: a path, and what stands there. */
interface Thing {
  readonly path: string;
  readonly what: 'directory' | 'file' | 'link';
  readonly storedTarget: string;
}

const homes = ['home-a', 'home-b', 'deep/er/home-c'];
const names = ['session-env', 'file-history', 'projects'];
const shared = names.map((name) => `shared/.claude-${name}-shared`);
const paths = [
  ...homes,
  ...homes.flatMap((home) => names.map((name) => `${home}/${name}`)),
  ...shared,
  'shared',
  'deep',
  'elsewhere',
  'elsewhere/more',
];
// Without `..` behind a directory that is missing: nobody can tell yet where that leads.
const storedTargets = [
  ...paths.map((path) => `<root>/${path}`),
  ...shared.flatMap((target) => [`../${target}`, `<root>/${target}/`, `<root>/./${target}`]),
  'projects',
  '<root>/nowhere',
];

const things: fc.Arbitrary<readonly Thing[]> = fc.array(
  fc.record({
    path: fc.constantFrom(...paths),
    what: fc.constantFrom('directory', 'file', 'link'),
    storedTarget: fc.constantFrom(...storedTargets),
  }),
  { maxLength: 14 },
);

/** Puts the things where they belong; what has no place any more is left out. */
function stage(world: World, all: readonly Thing[]): void {
  for (const { path, what, storedTarget } of all) {
    const make = {
      directory: () => makeDirectory(world, at(world, path)),
      file: () => makeFile(world, at(world, path), `somebody's ${path}`),
      link: () => makeLink(world, at(world, path), storedTarget.replace('<root>', world.root)),
    };
    try {
      make[what]();
    } catch {
      // The path is taken, or leads through a file or a dangling link.
    }
  }
}

const told = ({ code, path }: { readonly code: string; readonly path: string }) =>
  `${code} ${path}`;

/** The dry run says instead that the home is missing. */
const isPredictable = ({ code }: { readonly code: string }) => code !== 'home-created';

/** What the dry run says that the real run will say, too. */
function predicted({ problems }: InspectionReport) {
  return problems
    .filter(({ remedy, code }) => remedy !== 'ensure' && code !== 'duplicate-home')
    .map(told)
    .toSorted();
}

async function ensured(world: World) {
  const options = { required: requiredIn(world), fs: world.fs };
  try {
    return await validateAll(
      homes.map((home) => at(world, home)),
      options,
    );
  } catch (error) {
    if (!isSharedStateError(error)) throw error;
    return error.reports;
  }
}

const runs = isThorough ? { memory: 1_000, disk: 150 } : { memory: 150, disk: 25 };

describe.each(worldKinds)('%s', (kind) => {
  test('from any tree: the dry run changes nothing and predicts all, and ensuring twice is ensuring once', async () => {
    await fc.assert(
      fc.asyncProperty(things, async (all) => {
        await inWorld(kind, async (world) => {
          stage(world, all);
          const before = snapshot(world);
          const options = { required: requiredIn(world), fs: world.fs };
          const accountHomes = homes.map((home) => at(world, home));
          const dry = await inspectAll(accountHomes, options);
          expect(inspectAllSync(accountHomes, options)).toEqual(dry);
          expect(snapshot(world)).toEqual(before);

          const once = await ensured(world);
          const after = snapshot(world);
          expect(after).toMatchObject(before);
          expect(once.map(({ created }) => created)).toEqual(
            dry.map(({ wouldCreate }) => wouldCreate),
          );
          expect(
            once.map(({ problems }) => problems.filter(isPredictable).map(told).toSorted()),
          ).toEqual(dry.map(predicted));
          for (const { ok, links, problems } of [...dry, ...once]) {
            const right = links.every(({ state }) => state === 'linked' || state === 'equivalent');
            expect(ok).toBe(right && problems.every(({ severity }) => severity !== 'error'));
            expect(ok).toBe(problems.every(({ severity }) => severity !== 'error'));
          }

          const twice = await ensured(world);
          expect(snapshot(world)).toEqual(after);
          expect(twice.flatMap(({ created }) => created)).toEqual([]);
          expect(twice.map(({ links }) => links)).toEqual(once.map(({ links }) => links));
        });
      }),
      { numRuns: runs[kind] },
    );
  });
});
