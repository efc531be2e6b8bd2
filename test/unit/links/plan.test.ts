import { describe, expect, test } from 'vitest';
import type { DirectoryFacts, HomeFacts, LinkFacts } from '../../../src/links/inspect.ts';
import type { ResolvedPath } from '../../../src/links/resolve-path.ts';
import { planLinks } from '../../../src/links/plan.ts';
import type { Finding } from '../../../src/links/problems.ts';
import { inWords } from '../support/in-words.ts';
import { posixError } from '../support/posix-error.ts';

// From the facts alone, so that also what takes other rights, or another moment, is decided here.

const error = posixError('EACCES', 'access');
const failure = { ok: false, errno: 'EACCES', error } as const;
const NAMES = ['session-env', 'projects'] as const;

function place(path: string, missing: readonly string[] = [], behind?: string): ResolvedPath {
  return {
    ok: true,
    path,
    existing: '/',
    missing,
    ...(behind === undefined ? {} : { behind }),
  };
}

function ready(path: string, mode = 0o700, realPath = path): DirectoryFacts {
  const entry = { kind: 'directory', device: 1n, inode: 7n, mode, size: 0 } as const;
  return { path, state: 'ready', place: place(realPath), entry };
}

function missing(path: string): DirectoryFacts {
  return { path, state: 'missing', place: place(path, [path]) };
}

/** Lies behind a link to nothing. */
function dangling(path: string, end: string): DirectoryFacts {
  return { path, state: 'dangling', place: place(end, [end], end) };
}

type Found = Pick<LinkFacts, 'state' | 'storedTarget' | 'place' | 'failure'>;

/** A link that leads to a place where nothing is. */
function leading(end: string): Found {
  return { state: 'dangling', storedTarget: end, place: place(end, [end]) };
}

const targets = [ready('/s/session-env'), ready('/s/projects')] as const;

interface Stage {
  readonly homes: readonly {
    readonly directory?: DirectoryFacts;
    /** What is there for the targets; where it is left out, the right link. */
    readonly links?: readonly (Found | undefined)[];
  }[];
  readonly targets?: readonly DirectoryFacts[];
}

/** What is planned, and the problems of each home without their wording. */
function planned({ homes, targets: shared = targets }: Stage) {
  const required = NAMES.map((name, index) => ({ name, target: shared[index]?.path ?? '' }));
  const plan = planLinks(
    {
      homes: homes.map(({ directory = ready('/h'), links = [] }): HomeFacts => ({
        accountHome: directory.path,
        directory,
        links: shared.map((target, index) => {
          const name = NAMES[index] ?? '';
          const right = { state: 'linked', storedTarget: target.path } as const;
          return { name, path: `${directory.path}/${name}`, target, ...(links[index] ?? right) };
        }),
      })),
      targets: shared,
    },
    required,
  );
  const told = plan.homes.map(({ findings }) => findings.map(fieldsOf));
  return { ...plan, told };
}

const wording = new Set(['severity', 'remedy', 'message']);

function fieldsOf({ problem, error: cause }: Finding): Readonly<Record<string, unknown>> {
  const fields: readonly (readonly [string, unknown])[] = Object.entries(problem);
  return Object.fromEntries([
    ...fields.filter(([name]) => !wording.has(name)),
    ...(cause === undefined ? [] : [['cause', cause] as const]),
  ]);
}

const isMissing: Found = { state: 'missing' };
const missingLink = (home: string) => ({
  code: 'link-missing',
  accountHome: home,
  name: 'projects',
  path: `${home}/projects`,
  target: '/s/projects',
  state: 'missing',
});

describe('a home that cannot be used', () => {
  const unusable = { path: '/h', state: 'not-accessible', place: place('/h'), failure } as const;
  const told = {
    code: 'directory-unusable',
    path: '/h',
    role: 'home',
    reason: 'not-accessible',
    errno: 'EACCES',
    cause: error,
  };

  test('is the one problem, in place of its links', () => {
    const links: readonly Found[] = [isMissing, { state: 'unreadable', failure }];
    expect(planned({ homes: [{ directory: unusable, links }] }).told).toStrictEqual([[told]]);
  });

  test('is one as soon as a single link is missing', () => {
    const homes = [{ directory: unusable, links: [isMissing] }];
    expect(planned({ homes }).told).toStrictEqual([[told]]);
  });

  test('is none where all its links are right', () => {
    expect(planned({ homes: [{ directory: unusable }] }).told).toStrictEqual([[]]);
  });

  test('is none where a link leads elsewhere, which is told', () => {
    const links: readonly Found[] = [{ state: 'divergent', storedTarget: '/else' }];
    expect(planned({ homes: [{ directory: unusable, links }] }).told).toMatchObject([
      [{ code: 'divergent-link', storedTarget: '/else' }],
    ]);
  });

  test.each(['not-creatable', 'not-directory'] as const)('is reported as %s', (state) => {
    const directory = { path: '/h', state, failure };
    const homes = [{ directory, links: [isMissing, isMissing] }];
    expect(planned({ homes }).told).toStrictEqual([[{ ...told, reason: state }]]);
  });
});

describe('a link', () => {
  test('that is missing is told without a text that it would have', () => {
    const { told, homes } = planned({ homes: [{ links: [undefined, isMissing] }] });
    expect(told).toStrictEqual([[missingLink('/h')]]);
    expect(homes[0]?.links[1]).toStrictEqual({
      name: 'projects',
      path: '/h/projects',
      target: '/s/projects',
      state: 'missing',
    });
  });

  test('that cannot be read is told with the reason', () => {
    const { told } = planned({ homes: [{ links: [undefined, { state: 'unreadable', failure }] }] });
    expect(told).toStrictEqual([
      [
        {
          ...missingLink('/h'),
          code: 'link-blocked',
          state: 'unreadable',
          errno: 'EACCES',
          cause: error,
        },
      ],
    ]);
  });

  test('to nothing is dangling, also where nobody knows where its target is', () => {
    const below = { path: '/file/projects', state: 'not-directory', failure } as const;
    const { told } = planned({
      homes: [{ links: [undefined, leading('/nowhere')] }],
      targets: [targets[0], below],
    });
    expect(told).toMatchObject([
      [
        { code: 'dangling-link' },
        { code: 'directory-unusable', role: 'target', path: '/file/projects' },
      ],
    ]);
  });

  test('through a link that will be made to the target will be right', () => {
    const { told, creations } = planned({
      homes: [
        { directory: ready('/a'), links: [undefined, isMissing] },
        { directory: ready('/b'), links: [undefined, leading('/a/projects')] },
      ],
    });
    expect(told).toStrictEqual([[missingLink('/a')], []]);
    expect(creations.map(({ path }) => path)).toEqual(['/a/projects']);
  });

  test('whose target was there a moment before is told as changed', () => {
    const { told } = planned({ homes: [{ links: [undefined, leading('/s/projects')] }] });
    expect(told).toStrictEqual([
      [{ code: 'concurrent-modification', path: '/h/projects', errno: 'ENOENT' }],
    ]);
  });

  test('to a place that will be something else diverges, before that is made', () => {
    const { told, creations } = planned({
      homes: [
        { directory: missing('/new'), links: [isMissing, isMissing] },
        { directory: ready('/b'), links: [undefined, leading('/new')] },
      ],
    });
    expect(told[1]).toMatchObject([{ code: 'divergent-link', path: '/b/projects' }]);
    // It is no target that would be made anew.
    const codes = creations.flatMap(({ warnings = [] }) =>
      warnings.map(({ problem }) => problem.code),
    );
    expect(codes).not.toContain('target-recreated');
  });
});

describe('a directory behind a link to nothing', () => {
  test('is merely missing where another home will be made there', () => {
    const homes = [
      { directory: missing('/new'), links: [isMissing, isMissing] },
      { directory: dangling('/alias', '/new'), links: [isMissing, isMissing] },
    ];
    expect(planned({ homes }).told.map((one) => one.map(({ code }) => code))).toEqual([
      ['directory-missing'],
      ['directory-missing'],
    ]);
  });

  test('dangles where nothing will be made', () => {
    const homes = [{ directory: dangling('/alias', '/new'), links: [isMissing, isMissing] }];
    expect(planned({ homes }).told).toStrictEqual([
      [{ code: 'directory-unusable', path: '/alias', role: 'home', reason: 'dangling' }],
    ]);
  });
});

describe('a target', () => {
  test.each(
    inWords([
      [0o700, []],
      [0o40700, []],
      [0o100_755, [{ code: 'target-exposed', path: '/s/projects', mode: 0o755 }]],
      [0o710, [{ code: 'target-exposed', path: '/s/projects', mode: 0o710 }]],
      [0o701, [{ code: 'target-exposed', path: '/s/projects', mode: 0o701 }]],
      // So Windows shows it.
      [0o666, []],
    ]),
  )('with mode %s is exposed, or not', (_, mode, told) => {
    const shared = [targets[0], ready('/s/projects', mode)];
    expect(planned({ homes: [{}], targets: shared }).told).toStrictEqual([told]);
  });

  test.each(['not-accessible', 'not-creatable', 'not-directory'] as const)(
    'that is %s is reported for every home',
    (state) => {
      const shared = [targets[0], { path: '/s/projects', state, failure }] as const;
      const told = [
        {
          code: 'directory-unusable',
          path: '/s/projects',
          role: 'target',
          reason: state,
          errno: 'EACCES',
          cause: error,
        },
      ];
      expect(planned({ homes: [{}, {}], targets: shared }).told).toStrictEqual([told, told]);
    },
  );

  test('that is made anew behind a link is named by its own path, wherever the others are', () => {
    const shared = [
      { path: '/file/session-env', state: 'not-directory', failure },
      missing('/s/projects'),
    ] as const;
    const homes = [{ links: [undefined, leading('/s/projects')] }];
    const { told, creations } = planned({ homes, targets: shared });
    expect(told[0]?.map(({ code }) => code)).toEqual(['directory-unusable', 'directory-missing']);
    expect(creations).toMatchObject([
      {
        path: '/s/projects',
        warnings: [{ problem: { code: 'target-recreated', path: '/s/projects' } }],
      },
    ]);
    const both = planned({ homes, targets: [missing('/s/session-env'), missing('/s/projects')] });
    expect(both.creations.map(({ path, warnings }) => [path, warnings?.[0]?.problem.path])).toEqual(
      [
        ['/s/session-env', undefined],
        ['/s/projects', '/s/projects'],
      ],
    );
  });
});

describe('a home inside a target, or the other way round', () => {
  const inside = { ...ready('/alias/b', 0o700, '/a/projects/b') };

  test.each([
    ['the very link that will lead there', isMissing],
    ['what stands in the place of that link', { state: 'directory' }],
  ] as const)('is found below %s', (_, found) => {
    const { told, creations } = planned({
      homes: [{ directory: ready('/a'), links: [undefined, found] }, { directory: inside }],
    });
    const home = {
      code: 'directories-overlap',
      path: '/alias/b',
      role: 'home',
      other: '/s/projects',
      otherRole: 'target',
    };
    expect(told[1]).toContainEqual(home);
    expect(creations).toEqual([]);
  });

  test('keeps all from being made, and is told alone', () => {
    const links: readonly Found[] = [{ state: 'divergent', storedTarget: '/else' }, isMissing];
    const { told } = planned({
      homes: [{ directory: ready('/a'), links }, { directory: ready('/s/projects/b') }],
    });
    const reason = {
      code: 'directories-overlap',
      path: '/s/projects/b',
      role: 'home',
      other: '/s/projects',
      otherRole: 'target',
    };
    expect(told[0]).toMatchObject([{ code: 'divergent-link' }, reason]);
    expect(told[1]).toStrictEqual([reason]);
  });
});
