import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { validateAll } from 'claude-shared-state';
import { swapAccounts, type SwapOptions } from 'claude-shared-state/failover';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, onTestFinished, test } from 'vitest';
import { isWholeProof } from '../../unit/support/proof.ts';
import { inventAccount, logIn } from '../support/accounts.ts';
import { executableOf, programs } from '../support/programs.ts';
import { enterCleanRoom } from '../support/room.ts';
import { say } from '../support/say.ts';
import { startTmux } from '../support/tmux-server.ts';

const PATIENCE_MS = 60_000;

/** What npx does: a program of Node.js that starts another one, and waits. */
const launcher = (program: string) => `#!/usr/bin/env node
const { spawn } = require('node:child_process');
const child = spawn(${JSON.stringify(program)}, process.argv.slice(2), { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
`;
const wrapper = (program: string, home: string) => `#!/bin/sh
CLAUDE_CONFIG_DIR='${home}' exec '${program}' "$@"
`;

/** A session that was started in another way than from a shell, which knows the first home only. */
async function setStage(program: 'old' | 'new', start: string | ((inner: string) => string)) {
  const room = await enterCleanRoom(program);
  const [from, to] = [room.path('first'), room.path('second')] as const;
  const cwd = room.path('work', 'api');
  await mkdir(cwd);
  await logIn(from, inventAccount('a'), [cwd]);
  await logIn(to, inventAccount('b'), [cwd]);
  await validateAll([from, to], { required: room.required });
  const server = await startTmux(room);
  const script = (name: string, text: string) =>
    writeFile(room.path('bin', name), text, { mode: 0o755 });
  await script('npx-claude', launcher(executableOf(program)));
  await script('wrapped-claude', wrapper(executableOf(program), from));
  // A server of its own, which outlives the outer one.
  const inner = room.path('inner');
  onTestFinished(() => void spawnSync('tmux', ['-S', inner, 'kill-server']));
  const pane = await server.open('api', { accountHome: from, cwd, columns: 100 });
  await pane.enter(typeof start === 'string' ? start : start(inner));
  await pane.until(/Claude Code v/, PATIENCE_MS);
  await say(pane, 'Hello.');
  await pane.until('of the stand-in', PATIENCE_MS);
  const options: SwapOptions = {
    from,
    to,
    sessions: [{ name: 'api', cwd }],
    terminal: tmuxTerminal({ socketPath: server.socketPath }),
    stateDirectory: room.path('state'),
    required: room.required,
  };
  const swap = async (more: Partial<SwapOptions> = {}) => {
    const { outcome, sessions } = await swapAccounts({ ...options, ...more });
    const errors = sessions[0]?.problems.filter(({ severity }) => severity === 'error') ?? [];
    return [outcome, ...errors.map((it) => [it.code, 'reason' in it && it.reason])];
  };
  return { swap, from, to };
}

async function countUnder(home: string): Promise<number> {
  return (await findLiveSessions([home])).sessions.length;
}

const tried = isWholeProof ? programs : programs.slice(-1);
/** What took the same way in every try. */
const triedInProof = isWholeProof ? programs : [];

test.each(triedInProof)('Claude Code $version is moved if npx has started it', async ({ name }) => {
  const { swap, to } = await setStage(name, 'npx-claude');
  expect(await swap()).toEqual(['done']);
  expect(await countUnder(to)).toBe(1);
});

test.each(tried)(
  'Claude Code $version is moved past a wrapper with a home of its own, or that is reported',
  async ({ name }) => {
    const { swap, from, to } = await setStage(name, 'wrapped-claude');
    expect(await swap()).toEqual(['done']);
    expect(await countUnder(to)).toBe(1);

    const back = { from: to, to: from, launch: { program: 'wrapped-claude' } };
    expect(await swap(back)).toEqual(['done']);
    expect(await swap({ launch: { program: 'wrapped-claude' } })).toEqual([
      'canary-failed',
      ['resume-failed', 'other-account'],
    ]);
    expect(await countUnder(from)).toBe(1);
  },
);

test.each(triedInProof)('Claude Code $version in a tmux inside is left alone', async ({ name }) => {
  const { swap, from } = await setStage(
    name,
    (inner) => `env -u TMUX tmux -S ${inner} -f /dev/null new-session claude`,
  );
  expect(await swap()).toEqual(['refused', ['terminal-busy', 'no-record']]);
  expect(await countUnder(from)).toBe(1);
});
