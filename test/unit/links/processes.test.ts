import { mkdtempSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requiredSharedUnder } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { bundleChild, nextAnswer, startChild } from '../support/child.ts';
import { isThorough } from '../support/proof.ts';

const PROCESSES = 48;
const ROUNDS = isThorough ? 10 : 2;

test('many processes put the same four homes right at once', async () => {
  const base = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-processes-'));
  const script = await bundleChild('validate-child.ts', base);
  const children = Array.from({ length: PROCESSES }, () => startChild(script));
  try {
    await Promise.all(children.map(nextAnswer));
    for (let round = 0; round < ROUNDS; round += 1) {
      const root = join(base, `round-${round}`);
      const answers = children.map(nextAnswer);
      for (const child of children) child.send(root);
      const results = await Promise.all(answers);

      expect(results.flatMap(({ failed }) => failed)).toEqual([]);
      const created = results.flatMap((result) => result.created);
      // The root, the shared root and 3 targets; 5 directories of homes; 3 links in each of 4 homes.
      expect(created.toSorted()).toEqual([...new Set(created)].toSorted());
      expect(created).toHaveLength(5 + 5 + 12);
      for (const { name, target } of requiredSharedUnder(`${root}/shared`)) {
        expect(statSync(target).isDirectory()).toBe(true);
        for (const home of ['a', 'b', 'deep/c', 'd']) {
          expect(readlinkSync(join(root, home, name))).toBe(target);
        }
      }
    }
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(base, { recursive: true, force: true });
  }
});
