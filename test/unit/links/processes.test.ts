import { mkdtempSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requiredSharedUnder } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { bundleChild, startChild } from '../support/child.ts';
import { isThorough } from '../support/proof.ts';
import type { ChildAnswer } from '../support/validate-child.ts';

const PROCESSES = isThorough ? 48 : 16;
const ROUNDS = isThorough ? 10 : 2;

function isAnswer(message: unknown): message is ChildAnswer {
  return typeof message === 'object' && message !== null && 'created' in message;
}

test('many processes put the same four homes right at once', async () => {
  const base = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-processes-'));
  const script = await bundleChild('validate-child.ts', base);
  const children = Array.from({ length: PROCESSES }, () =>
    startChild<string, ChildAnswer>(script, isAnswer),
  );
  try {
    await Promise.all(children.map((child) => child.answer()));
    for (let round = 0; round < ROUNDS; round += 1) {
      const root = join(base, `round-${round}`);
      for (const child of children) child.tell(root);
      const answers = await Promise.all(children.map((child) => child.answer()));
      const results = answers.filter((it) => it !== undefined);

      expect(results).toHaveLength(PROCESSES);
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
    for (const child of children) child.process.kill('SIGKILL');
    rmSync(base, { recursive: true, force: true });
  }
});
