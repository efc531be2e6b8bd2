import * as fs from 'node:fs';
import { join } from 'node:path';
import { requiredSharedUnder, validateAll, validateAllSync } from 'claude-shared-state';
import { compare, type Figure } from './compare.ts';

/** A healthy check of many homes, against plain calls one after the other: the shortest code for it. */
export async function benchValidate(
  root: string,
  homeCount: number,
): Promise<Readonly<Record<'sync' | 'async', readonly Figure[]>>> {
  const required = requiredSharedUnder(join(root, 'shared'));
  const homes = Array.from({ length: homeCount }, (_, index) => join(root, `home-${index}`));
  validateAllSync(homes, { required });

  const plainSync = () => {
    for (const home of homes) {
      for (const { name, target } of required) {
        const path = join(home, name);
        if (!fs.lstatSync(path).isSymbolicLink()) throw new Error(path);
        if (fs.readlinkSync(path) !== target) throw new Error(path);
        if (!fs.statSync(path).isDirectory()) throw new Error(path);
      }
    }
  };
  const plain = async () => {
    for (const home of homes) {
      for (const { name, target } of required) {
        const path = join(home, name);
        if (!(await fs.promises.lstat(path)).isSymbolicLink()) throw new Error(path);
        if ((await fs.promises.readlink(path)) !== target) throw new Error(path);
        if (!(await fs.promises.stat(path)).isDirectory()) throw new Error(path);
      }
    }
  };
  return {
    sync: await compare([
      { name: 'lstat + readlink + stat, sync', run: plainSync },
      { name: 'validateAllSync', run: () => validateAllSync(homes, { required }) },
    ]),
    async: await compare([
      { name: 'lstat + readlink + stat, async', run: plain },
      { name: 'validateAll', run: async () => await validateAll(homes, { required }) },
    ]),
  };
}
