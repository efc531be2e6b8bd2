import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { LinkState } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { codesOf, ensuringCalls, lookingCalls } from '../support/six-calls.ts';
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

/** One row: a stage with one home, what is found there, and what putting it right comes to. */
interface Row {
  /** Sets the stage and may name another home than `<root>/home`. */
  readonly stage: (world: World) => string | void | Promise<string | void>;
  readonly diskOnly?: string;
  readonly found: LinkState;
  readonly told: readonly string[];
  readonly after: LinkState;
  /** What is still told afterwards; a warning does not make the call throw. */
  readonly left?: readonly string[];
  readonly throws?: true;
}

const link = (world: World) => at(world, 'home/projects');
const target = (world: World) => at(world, 'shared/.claude-projects-shared');
const transcript = 'home/projects/-work/0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e.jsonl';

/** A home that lacks only its `projects` link, and the other targets. */
function readyHome(world: World): void {
  for (const { name, target: shared } of requiredIn(world)) {
    if (name === 'projects') continue;
    makeDirectory(world, shared);
    makeLink(world, at(world, `home/${name}`), shared);
  }
}

function withTarget(world: World): void {
  readyHome(world);
  makeDirectory(world, target(world));
}

function linked(storedTarget: (world: World) => string) {
  return (world: World) => {
    withTarget(world);
    makeLink(world, link(world), storedTarget(world));
  };
}

const rows: Readonly<Record<string, Row>> = {
  'a home that is missing': {
    stage: (world) => at(world, 'new/home'),
    found: 'missing',
    told: ['home-missing', 'target-missing'],
    after: 'linked',
    left: ['home-created'],
  },
  'a home that is a file': {
    stage: (world) => makeFile(world, at(world, 'home')),
    found: 'unreadable',
    told: ['home-not-directory', 'target-missing'],
    after: 'unreadable',
    left: ['home-not-directory'],
    throws: true,
  },
  'a home below a file': {
    stage: (world) => {
      withTarget(world);
      return `${makeFile(world, at(world, 'file'))}/home`;
    },
    found: 'unreadable',
    told: ['home-not-directory'],
    after: 'unreadable',
    left: ['home-not-directory'],
    throws: true,
  },
  'a home that is a link to a directory': {
    stage: (world) => {
      withTarget(world);
      return makeLink(world, at(world, 'alias'), at(world, 'home'));
    },
    found: 'missing',
    told: ['link-missing'],
    after: 'linked',
  },
  'a home that is a link to nothing': {
    stage: (world) => {
      withTarget(world);
      return makeLink(world, at(world, 'alias'), at(world, 'nowhere'));
    },
    found: 'missing',
    told: ['home-dangling'],
    after: 'missing',
    left: ['home-dangling'],
    throws: true,
  },
  'a home that is a link to itself': {
    stage: (world) => {
      withTarget(world);
      return makeLink(world, at(world, 'alias'), 'alias');
    },
    found: 'unreadable',
    told: ['home-not-accessible'],
    after: 'unreadable',
    left: ['home-not-accessible'],
    throws: true,
  },

  'no link and a target that is there': {
    stage: withTarget,
    found: 'missing',
    told: ['link-missing'],
    after: 'linked',
  },
  'no link and a target that is missing': {
    stage: readyHome,
    found: 'missing',
    told: ['link-missing', 'target-missing'],
    after: 'linked',
  },
  'no link and a target that is a file': {
    stage: (world) => {
      readyHome(world);
      makeFile(world, target(world));
    },
    found: 'missing',
    told: ['link-missing', 'target-not-directory'],
    after: 'missing',
    left: ['target-not-directory'],
    throws: true,
  },
  'no link and a target that is a link to nothing': {
    stage: (world) => {
      readyHome(world);
      makeLink(world, target(world), at(world, 'nowhere'));
    },
    found: 'missing',
    told: ['link-missing', 'target-dangling'],
    after: 'missing',
    left: ['target-dangling'],
    throws: true,
  },
  'no link and a target that is a link to itself': {
    stage: (world) => {
      readyHome(world);
      makeLink(world, target(world), target(world));
    },
    found: 'missing',
    told: ['link-missing', 'target-not-accessible'],
    after: 'missing',
    left: ['target-not-accessible'],
    throws: true,
  },
  'no link and a target that is a link to a directory': {
    stage: (world) => {
      readyHome(world);
      makeLink(world, target(world), makeDirectory(world, at(world, 'volume')));
    },
    found: 'missing',
    told: ['link-missing'],
    after: 'linked',
  },
  'no link and a target that is open to others': {
    stage: (world) => {
      withTarget(world);
      world.fs.chmodSync(target(world), 0o755);
    },
    found: 'missing',
    told: ['link-missing', 'target-exposed'],
    after: 'linked',
    left: ['target-exposed'],
  },

  'the right link': {
    stage: linked(target),
    found: 'linked',
    told: [],
    after: 'linked',
  },
  'the right link with a trailing slash': {
    stage: linked((world) => `${target(world)}/`),
    found: 'equivalent',
    told: [],
    after: 'equivalent',
  },
  'the right link with a double slash': {
    stage: linked((world) => target(world).replace('/shared/', '/shared//')),
    found: 'equivalent',
    told: [],
    after: 'equivalent',
  },
  'the right link as a relative one': {
    stage: linked(() => '../shared/.claude-projects-shared'),
    found: 'equivalent',
    told: [],
    after: 'equivalent',
  },
  'the right link, relative, in a home behind a link': {
    stage: (world) => {
      linked(() => '../shared/.claude-projects-shared')(world);
      makeDirectory(world, at(world, 'far/away'));
      return makeLink(world, at(world, 'far/away/alias'), at(world, 'home'));
    },
    found: 'equivalent',
    told: [],
    after: 'equivalent',
  },
  'the right link through another link': {
    stage: (world) => {
      withTarget(world);
      makeLink(world, link(world), makeLink(world, at(world, 'hop'), target(world)));
    },
    found: 'equivalent',
    told: [],
    after: 'equivalent',
  },
  'the right link to a missing target': {
    stage: (world) => {
      readyHome(world);
      makeLink(world, link(world), target(world));
    },
    found: 'dangling',
    told: ['target-missing', 'target-recreated'],
    after: 'linked',
    left: ['target-recreated'],
  },
  'the right link, relative, to a missing target': {
    stage: (world) => {
      readyHome(world);
      makeLink(world, link(world), '../shared/.claude-projects-shared');
    },
    found: 'dangling',
    told: ['target-missing', 'target-recreated'],
    after: 'equivalent',
    left: ['target-recreated'],
  },
  'the right link over five relative hops to a missing target': {
    stage: (world) => {
      readyHome(world);
      let hop = '../shared/.claude-projects-shared';
      for (let count = 1; count <= 5; count += 1) {
        makeLink(world, at(world, `hops/${count}`), hop);
        hop = count === 5 ? `../hops/${count}` : `../hops/./${count}`;
      }
      makeLink(world, link(world), hop);
    },
    found: 'dangling',
    told: ['target-missing', 'target-recreated'],
    after: 'equivalent',
    left: ['target-recreated'],
  },
  'the right link to a target that is a file': {
    stage: (world) => {
      readyHome(world);
      makeLink(world, link(world), makeFile(world, target(world)));
    },
    found: 'linked',
    told: ['target-not-directory'],
    after: 'linked',
    left: ['target-not-directory'],
    throws: true,
  },
  'the right link to a target that is a link to nothing': {
    stage: (world) => {
      readyHome(world);
      makeLink(world, target(world), at(world, 'nowhere'));
      makeLink(world, link(world), target(world));
    },
    found: 'dangling',
    told: ['target-dangling'],
    after: 'dangling',
    left: ['target-dangling'],
    throws: true,
  },

  'a link to another directory': {
    stage: (world) => linked(() => makeDirectory(world, at(world, 'elsewhere')))(world),
    found: 'divergent',
    told: ['divergent-link'],
    after: 'divergent',
    left: ['divergent-link'],
    throws: true,
  },
  'a link to a file': {
    stage: (world) => linked(() => makeFile(world, at(world, 'elsewhere')))(world),
    found: 'divergent',
    told: ['divergent-link'],
    after: 'divergent',
    left: ['divergent-link'],
    throws: true,
  },
  'a link to nothing': {
    stage: linked((world) => at(world, 'nowhere')),
    found: 'dangling',
    told: ['link-dangling'],
    after: 'dangling',
    left: ['link-dangling'],
    throws: true,
  },
  'a link to something below a file': {
    stage: (world) => linked(() => `${makeFile(world, at(world, 'file'))}/projects`)(world),
    found: 'dangling',
    told: ['link-dangling'],
    after: 'dangling',
    left: ['link-dangling'],
    throws: true,
  },
  'a link to itself': {
    stage: linked(() => 'projects'),
    found: 'loop',
    told: ['link-loop'],
    after: 'loop',
    left: ['link-loop'],
    throws: true,
  },
  'two links to each other': {
    stage: (world) => linked(() => makeLink(world, at(world, 'hop'), link(world)))(world),
    found: 'loop',
    told: ['link-loop'],
    after: 'loop',
    left: ['link-loop'],
    throws: true,
  },
  'a link that reaches the target over 41 hops': {
    stage: (world) => {
      withTarget(world);
      let hop = target(world);
      for (let count = 1; count <= 40; count += 1) {
        hop = makeLink(world, at(world, `hops/${count}`), hop);
      }
      makeLink(world, link(world), hop);
    },
    found: 'loop',
    told: ['link-loop'],
    after: 'loop',
    left: ['link-loop'],
    throws: true,
  },

  'an empty directory in the way': {
    stage: (world) => {
      withTarget(world);
      makeDirectory(world, link(world));
    },
    found: 'directory',
    told: ['not-a-symlink'],
    after: 'directory',
    left: ['not-a-symlink'],
    throws: true,
  },
  'a directory with a transcript in the way': {
    stage: (world) => {
      withTarget(world);
      makeFile(world, at(world, transcript), '{"type":"user"}\n');
    },
    found: 'directory',
    told: ['not-a-symlink'],
    after: 'directory',
    left: ['not-a-symlink'],
    throws: true,
  },
  'a file in the way': {
    stage: (world) => {
      withTarget(world);
      makeFile(world, link(world), 'somebody wrote this');
    },
    found: 'file',
    told: ['link-file'],
    after: 'file',
    left: ['link-file'],
    throws: true,
  },
  'a FIFO in the way': {
    diskOnly: 'memfs has no FIFOs',
    stage: (world) => {
      withTarget(world);
      execFileSync('mkfifo', [link(world)]);
    },
    found: 'other',
    told: ['link-other'],
    after: 'other',
    left: ['link-other'],
    throws: true,
  },
  'a socket in the way': {
    diskOnly: 'memfs has no sockets',
    stage: async (world) => {
      withTarget(world);
      await makeSocket(link(world));
    },
    found: 'other',
    told: ['link-other'],
    after: 'other',
    left: ['link-other'],
    throws: true,
  },
};

async function makeSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  // Closing a server removes its socket; a process that is killed leaves it, as this one shall.
  server.unref();
}

describe.each(worldKinds)('%s', (kind) => {
  for (const [name, row] of Object.entries(rows)) {
    if (row.diskOnly !== undefined && kind !== 'disk') continue;
    const title = row.diskOnly === undefined ? name : `${name} (on disk only: ${row.diskOnly})`;

    describe(`${title}:`, () => {
      test.each(Object.keys(lookingCalls))('%s only tells it', async (call) => {
        await inWorld(kind, async (world) => {
          const home = (await row.stage(world)) ?? at(world, 'home');
          const before = snapshot(world);
          const result = await lookingCalls[call]?.(world, [home], requiredIn(world));
          expect(result?.error).toBeUndefined();
          expect(result?.reports).toHaveLength(1);
          expect(result && stateOf(result.reports)).toBe(row.found);
          expect(result && codesOf(result)).toEqual(row.told.toSorted());
          expect(result?.reports[0]?.ok).toBe(row.told.length === 0);
          expect(snapshot(world)).toEqual(before);
        });
      });

      test.each(Object.keys(ensuringCalls))('%s leaves it right', async (call) => {
        await inWorld(kind, async (world) => {
          const home = (await row.stage(world)) ?? at(world, 'home');
          const before = snapshot(world);
          const result = await ensuringCalls[call]?.(world, [home], requiredIn(world));
          expect(result && stateOf(result.reports)).toBe(row.after);
          expect(result && codesOf(result)).toEqual((row.left ?? []).toSorted());
          expect(result?.error === undefined).toBe(row.throws === undefined);
          expect(result?.reports[0]?.ok).toBe(row.throws === undefined);
          // Nothing that was there has been removed, replaced or rewritten.
          expect(snapshot(world)).toMatchObject(before);
        });
      });
    });
  }
});

function stateOf(
  reports: readonly {
    readonly links: readonly { readonly name: string; readonly state: LinkState }[];
  }[],
) {
  return reports[0]?.links.find(({ name }) => name === 'projects')?.state;
}
