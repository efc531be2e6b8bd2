import { LinkedFiles } from '../../../src/migrate/record/linked-files.ts';
import { Merge, type Source } from '../../../src/migrate/merge/merge.ts';
import { factsIn, toolsOn } from './directly.ts';
import { fill, type Hooks, hooked, inPlace } from './migrating.ts';
import type { World } from './world.ts';

/** A tree `tree` on its way into the target, moved aside unless it is said otherwise. */
export function sourceIn(world: World, told: Partial<Source> = {}): Source {
  return {
    root: inPlace(world, 'tree'),
    run: inPlace(world, 'run'),
    isInHome: false,
    isFragmentary: false,
    canLink: true,
    linked: new LinkedFiles(),
    isLeft: () => false,
    ...told,
  };
}

/** Bringing trees into `target`, in the middle of a pass. */
export function mergeIn(
  world: World,
  sources: readonly Source[],
  { hooks = {}, isLive = false }: { readonly hooks?: Hooks; readonly isLive?: boolean } = {},
): Merge {
  const tools = toolsOn(hooked(world, hooks), isLive);
  const merge = new Merge(tools, 'projects', inPlace(world, 'target'));
  merge.beginPass(sources, false);
  return merge;
}

/** Files that begin one after the other, as far as the file system can tell. */
export function fillInOrder(world: World, files: Readonly<Record<string, string>>): void {
  let last = 0n;
  for (const [path, content] of Object.entries(files)) {
    fill(world, { [path]: content });
    while (factsIn(world, path).birth <= last) {
      world.fs.unlinkSync(inPlace(world, path));
      fill(world, { [path]: content });
    }
    last = factsIn(world, path).birth;
  }
}

/** Notes that what the tree has now was brought over when it had the given size. */
export function linkedAt(world: World, linked: LinkedFiles, path: string, size: number): void {
  linked.set(path, { ...factsIn(world, `tree/${path}`), size });
}
