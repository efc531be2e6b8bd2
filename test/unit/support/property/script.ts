import * as fc from 'fast-check';

/** A transcript as it is in the beginning, with older generations of it elsewhere. */
export interface LogSeed {
  readonly home: number;
  readonly key: number;
  readonly lines: number;
  /** How many of the lines the next home has, and the shared place; none where 0. */
  readonly copies: readonly [home: number, shared: number];
  /** Whether it is one of a subagent, deeper in the tree. */
  readonly isDeep: boolean;
  /** Whether the copy in the next home went on differently: a conflict. */
  readonly isDivergent: boolean;
}

/** A file that is no transcript, or an empty directory where there is no content. */
export interface OtherSeed {
  readonly home: number;
  readonly place: number;
  readonly content: string | undefined;
  readonly mode: number;
}

type Deed =
  | 'append'
  | 'append-slowly'
  | 'rewrite-end'
  | 'replace'
  | 'move'
  | 'delete'
  | 'create'
  | 'edit-other'
  | 'write-other'
  | 'delete-other'
  | 'make-directory';

/** One thing that a user's program does, and when. */
export interface Act {
  /** After how many calls of the migration, or at which of the calls of its swaps. */
  readonly when: { readonly calls: number } | { readonly edge: number };
  readonly deed: Deed;
  readonly home: number;
  readonly what: number;
  readonly amount: number;
}

/** A whole story: what there is, and what is done to it while it is migrated, given back, and migrated again. */
export interface Script {
  readonly homes: number;
  readonly logs: readonly LogSeed[];
  readonly others: readonly OtherSeed[];
  readonly first: readonly Act[];
  /** The call at which the first migration dies; the same command follows. */
  readonly death: number | undefined;
  readonly way: { readonly home: number; readonly acts: readonly Act[] } | undefined;
  readonly second: readonly Act[];
  readonly seed: number;
}

const home = fc.nat(2);

const log: fc.Arbitrary<LogSeed> = fc.record({
  home,
  key: fc.nat(2),
  lines: fc.integer({ min: 1, max: 4 }),
  copies: fc.tuple(
    fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(4)),
    fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(4)),
  ),
  isDeep: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.boolean()),
  isDivergent: fc.oneof({ weight: 30, arbitrary: fc.constant(false) }, fc.boolean()),
});

const other: fc.Arbitrary<OtherSeed> = fc.record({
  home,
  place: fc.nat(11),
  content: fc.option(fc.constantFrom('one', 'one', 'another'), { nil: undefined, freq: 5 }),
  mode: fc.constantFrom(0o600, 0o700, 0o644),
});

const deed = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Deed>('append') },
  { weight: 2, arbitrary: fc.constant<Deed>('append-slowly') },
  { weight: 2, arbitrary: fc.constant<Deed>('rewrite-end') },
  { weight: 2, arbitrary: fc.constant<Deed>('replace') },
  { weight: 2, arbitrary: fc.constant<Deed>('move') },
  { weight: 1, arbitrary: fc.constant<Deed>('delete') },
  { weight: 2, arbitrary: fc.constant<Deed>('create') },
  { weight: 4, arbitrary: fc.constant<Deed>('edit-other') },
  { weight: 2, arbitrary: fc.constant<Deed>('write-other') },
  { weight: 1, arbitrary: fc.constant<Deed>('delete-other') },
  { weight: 1, arbitrary: fc.constant<Deed>('make-directory') },
);

const act: fc.Arbitrary<Act> = fc.record({
  when: fc.oneof(
    { weight: 2, arbitrary: fc.record({ calls: fc.nat(6) }) },
    { weight: 5, arbitrary: fc.record({ calls: fc.nat(400) }) },
    { weight: 3, arbitrary: fc.record({ edge: fc.nat(8) }) },
  ),
  deed,
  home,
  what: fc.nat(11),
  amount: fc.integer({ min: 1, max: 3 }),
});

const acts = (maxLength: number) => fc.array(act, { maxLength });

export const scripts: fc.Arbitrary<Script> = fc.record({
  homes: fc.integer({ min: 2, max: 3 }),
  logs: fc.array(log, { minLength: 1, maxLength: 4 }),
  others: fc.array(other, { maxLength: 5 }),
  first: acts(10),
  death: fc.option(fc.nat(800), { nil: undefined, freq: 1 }),
  way: fc.option(fc.record({ home, acts: acts(6) }), { nil: undefined, freq: 2 }),
  second: acts(5),
  seed: fc.nat(1000),
});
