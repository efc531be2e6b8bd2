import { join } from 'node:path';
import { expect, test } from 'vitest';
import { moduleSystems, toldBy, typeErrorsIn } from './support/compiled.ts';
import { installed } from './support/installed.ts';
import { succeed } from './support/run.ts';

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

/** Whether loading a file of the package loads what can start processes. */
async function loadsChildProcess(entry: string): Promise<boolean> {
  const path = JSON.stringify(join(installed, 'dist', entry));
  const load = entry.endsWith('.cjs') ? `require(${path})` : `await import(${path})`;
  const starters = '/ (child_process|cluster|worker_threads)$/';
  const script = `${load}; console.log(process.moduleLoadList.some((it) => ${starters}.test(it)))`;
  const type = entry.endsWith('.cjs') ? 'commonjs' : 'module';
  const args = [`--input-type=${type}`, '-e', script];
  return (await succeed(process.execPath, args, installed)).trim() === 'true';
}

test.each(['index', 'failover', 'migrate', 'sessions'])(
  '%s loads nothing that starts processes',
  async (entry) => {
    expect(await loadsChildProcess(`${entry}.js`)).toBe(false);
    expect(await loadsChildProcess(`${entry}.cjs`)).toBe(false);
  },
);

test('tmux does', async () => {
  expect(await loadsChildProcess('tmux.js')).toBe(true);
  expect(await loadsChildProcess('tmux.cjs')).toBe(true);
});
