import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { relate } from '../disk/compare.ts';
import { type Facts, type Identity, isSameFile } from '../disk/facts.ts';

/** One of several files that are to become one. */
export interface Copy {
  readonly at: string;
  readonly facts: Facts;
}

/** Up to where one generation is known to be in the longest. */
export interface KnownOffset {
  readonly shorter: Identity;
  readonly longer: Identity;
  readonly offset: number;
}

/** How several copies of one transcript go together. */
export interface Lineage {
  readonly offsets: readonly KnownOffset[];
  /** Those that went on differently, each with one that it differs from. */
  readonly divergent: readonly Differing[];
}

interface Differing {
  readonly copy: Copy;
  readonly from: Copy;
  /** How many bytes of whole lines are equal at their beginning. */
  readonly common: number;
}

/** Finds the longest of several generations, and those that are none of its history. */
export async function lineageOf(
  fs: Pick<MigrateReadFs, 'open'>,
  copies: readonly Copy[],
): Promise<Lineage> {
  const [first, ...others] = copies;
  if (first === undefined) return { offsets: [], divergent: [] };
  let longest = first;
  const shorter: { readonly copy: Copy; readonly offset: number }[] = [];
  const divergent: Differing[] = [];
  for (const copy of others) {
    if (copies.some((it) => it !== copy && isEarlier(copies, it, copy))) continue;
    const relation = await relate(fs, longest.at, copy.at);
    if (relation === undefined) continue;
    if (relation.kind === 'divergent')
      divergent.push({ copy, from: longest, common: relation.common });
    else if (relation.longer === 'one') shorter.push({ copy, offset: relation.offset });
    else {
      shorter.push({ copy: longest, offset: relation.offset });
      longest = copy;
    }
  }
  const longer = longest.facts;
  return {
    offsets: shorter.map(({ copy, offset }) => ({ shorter: copy.facts, longer, offset })),
    divergent,
  };
}

/** Whether the same inode has been looked at under an earlier name. */
function isEarlier(copies: readonly Copy[], one: Copy, other: Copy): boolean {
  return copies.indexOf(one) < copies.indexOf(other) && isSameFile(one.facts, other.facts);
}
