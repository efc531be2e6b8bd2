import type { StageFs } from './world.ts';

/** Is told of each call, by the name of its async form, and decides whether it is performed. */
type Watcher = (name: string, perform: () => unknown) => unknown;

const names = ['access', 'lstat', 'mkdir', 'readlink', 'realpath', 'stat', 'symlink'] as const;

/** The calls that the library may use, sync and async, each through a watcher. */
export function watched(fs: StageFs, watcher: Watcher): StageFs {
  const through = (holder: object, member: string, name: string) => {
    const original: unknown = Reflect.get(holder, member);
    if (typeof original !== 'function') throw new Error(`the stage lacks ${member}`);
    return (...args: readonly unknown[]) =>
      watcher(name, () => Reflect.apply(original, holder, args));
  };
  const sync = names.map((name) => [`${name}Sync`, through(fs, `${name}Sync`, name)]);
  const later = names.map((name) => {
    const call = through(fs.promises, name, name);
    // A watcher that throws must make an async call reject.
    return [name, async (...args: readonly unknown[]) => await call(...args)];
  });
  return Object.assign(Object.create(fs) as StageFs, Object.fromEntries(sync), {
    promises: Object.fromEntries(later),
  });
}
