import { expect, test } from 'vitest';
import { moduleSystems, toldBy, typeErrorsIn } from './support/compiled.ts';
import { readInstalled } from './support/installed.ts';

test.each(moduleSystems)(
  'the failover and tmux entry points work, loaded as %s',
  async (folder) => {
    expect(typeErrorsIn(`${folder}/tmux.ts`)).toEqual([]);
    expect(await toldBy(`${folder}/tmux.ts`)).toEqual({
      found: true,
      trouble: 'no-program',
      isOfTheOtherClass: false,
      refusal: true,
    });
  },
);

const loadsChildProcess = async (entry: string) =>
  /["'](node:)?(child_process|cluster|worker_threads)["']/.test(
    await readInstalled(`dist/${entry}`),
  );

test.each(['index', 'failover', 'migrate', 'sessions'])(
  '%s loads nothing that starts processInspector',
  async (entry) => {
    expect(await loadsChildProcess(`${entry}.js`)).toBe(false);
    expect(await loadsChildProcess(`${entry}.cjs`)).toBe(false);
  },
);

test('tmux does', async () => {
  expect(await loadsChildProcess('tmux.js')).toBe(true);
  expect(await loadsChildProcess('tmux.cjs')).toBe(true);
});
