import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type AnyFunction = (...parameters: readonly unknown[]) => unknown;

/** Replaces every function of `node:fs` and `node:fs/promises`, for all who have imported them. */
export function replaceDisk(replace: (name: string, original: AnyFunction) => AnyFunction): void {
  for (const [prefix, module] of [
    ['', fs],
    ['promises.', fs.promises],
  ] as const) {
    for (const name of Object.keys(module)) {
      // Classes stay, and constants, some of which warn when they are read.
      if (!/^[a-z]/.test(name)) continue;
      const original: unknown = Reflect.get(module, name);
      if (typeof original !== 'function') continue;
      const call: AnyFunction = (...parameters) => Reflect.apply(original, module, parameters);
      Reflect.set(module, name, replace(prefix + name, call));
    }
  }
  syncBuiltinESMExports();
}
