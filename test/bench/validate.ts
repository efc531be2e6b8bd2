import * as fs from 'node:fs';
import { join } from 'node:path';
import { requiredSharedUnder, validateAll, validateAllSync } from 'claude-shared-state';
import { compare } from './compare.ts';

/** A healthy check of many homes, three links each, against plain calls one after the other: the shortest code for it. */
export async function checks(root: string): Promise<void> {
  for (const count of [2, 100]) await checkHomes(join(root, String(count)), count);
}

async function checkHomes(root: string, count: number): Promise<void> {
  const required = requiredSharedUnder(join(root, 'shared'));
  const homes = Array.from({ length: count }, (_, index) => join(root, `home-${index}`));
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
  const job = `check ${count} healthy homes`;
  const sync = { name: 'validateAllSync', run: () => validateAllSync(homes, { required }) };
  await compare(job, sync, { name: 'lstat + readlink + stat, sync', run: plainSync }, 1.2);
  const async = { name: 'validateAll', run: async () => await validateAll(homes, { required }) };
  await compare(job, async, { name: 'lstat + readlink + stat, async', run: plain });
}
