import { homedir } from 'node:os';
import { join } from 'node:path';
import { memfs } from 'memfs';
import { expect, test } from 'vitest';
import { checkRelaunch, checkSwap } from '../../../src/failover/swap/options.ts';
import { FakeTerminal } from '../support/fake-terminal.ts';
import { inWorld } from '../support/world.ts';

const [from, to, stateDirectory] = ['/home/me/.claude-a', '/home/me/.claude', '/home/me/state'];

function defaultHomes(terminal: FakeTerminal, more: object = {}) {
  const options = { terminal, stateDirectory, ...more };
  const { request: relaunch } = checkRelaunch([], { ...options, targetHome: to });
  const { request: swap } = checkSwap({ ...options, from, to, sessions: [] }, 'swapAccounts');
  return [relaunch.defaultAccountHome, swap.resume.defaultAccountHome];
}

// With CLAUDE_CONFIG_DIR spelled out for it, the program looks for its login and its trust elsewhere.
test('on the real disk the default home is that of the user, and the variable is left out for it', () =>
  inWorld('memory', (world) => {
    const own = join(homedir(), '.claude');
    expect(defaultHomes(new FakeTerminal(world))).toEqual([own, own]);
    return Promise.resolve();
  }));

test('on a given file system there is none, unless it is given, too', () =>
  inWorld('memory', (world) => {
    const terminal = new FakeTerminal(world);
    const { fs } = memfs();
    expect(defaultHomes(terminal, { fs })).toEqual([undefined, undefined]);
    expect(defaultHomes(terminal, { fs, defaultAccountHome: to })).toEqual([to, to]);
    return Promise.resolve();
  }));
