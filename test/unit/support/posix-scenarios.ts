import { readFileSync } from 'node:fs';
import type { Tree } from './disk-image.ts';
import type { Step } from './posix-script.ts';

/** Something of every kind, below a root. */
export const stage: Tree = {
  '/f': 'file',
  '/g': 'other file',
  '/same': { sameAs: '/f' },
  '/d/x': 'in d',
  '/d/sub/y': 'in sub',
  '/full/z': 'in full',
  '/empty': null,
  '/toDir': { link: 'd' },
  '/toFile': { link: 'f' },
  '/dangling': { link: 'nothing' },
  '/loop': { link: 'loop' },
  '/absolute': { link: 'ROOT/d/sub' },
  '/up': { link: 'd/sub' },
};

/** What is done to it, and is compared between the layer and the real disk: a scenario a line, `''` for an empty path. */
export const scenarios: Readonly<Record<string, readonly Step[]>> = Object.fromEntries(
  readFileSync(new URL('posix-scenarios.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [name = '', steps = ''] = line.split(': ');
      return [name, steps.split('; ').map(stepOf)];
    }),
);

function stepOf(text: string): Step {
  const [call = '', ...paths] = text.split(' ').map((word) => (word === "''" ? '' : word));
  return [call, ...paths];
}
