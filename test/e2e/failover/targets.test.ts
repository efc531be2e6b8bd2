import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { validateAll } from 'claude-shared-state';
import { swapAccounts, type SwapOptions } from 'claude-shared-state/failover';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, test } from 'vitest';
import { isWholeProof } from '../../unit/support/proof.ts';
import { inventAccount, logIn, tokenOf } from '../support/accounts.ts';
import type { Refusal } from '../support/messages-api.ts';
import { programs } from '../support/programs.ts';
import { limitHit } from '../support/quota-refusals.ts';
import { enterCleanRoom } from '../support/room.ts';
import { say } from '../support/say.ts';
import { startTmux } from '../support/tmux-server.ts';

const target = inventAccount('b');
const OF_SHELL = 'sk-ant-oat01-of-the-shell';
const PATIENCE_MS = 60_000;
const inTwoHours = Math.floor(Date.now() / 1000) + 7200;

/** How the API refuses the target. */
const refusals: readonly (readonly [what: string, refusal: Refusal])[] = [
  ['expired', { status: 401, type: 'authentication_error', message: 'OAuth token has expired.' }],
  [
    'past due',
    { status: 403, type: 'permission_error', message: 'Your subscription is past due.' },
  ],
  ['at its own limit', limitHit('five_hour', inTwoHours)],
];

/** Sessions that are at the limit of the first account, in shells with the token of another one. */
async function setStage(program: 'old' | 'new', count: number) {
  const room = await enterCleanRoom(program);
  const [from, to] = [room.path('first'), room.path('second')] as const;
  const names = Array.from({ length: count }, (_, index) => `session-${index + 1}`);
  const sessions = names.map((name) => ({ name, cwd: room.path('work', name) }));
  for (const { cwd } of sessions) await mkdir(cwd);
  const directories = sessions.map(({ cwd }) => cwd);
  await logIn(from, inventAccount('a'), directories);
  await logIn(to, target, directories);
  await validateAll([from, to], { required: room.required });
  const server = await startTmux(room);
  const keys: string[] = [];
  let refusal: Refusal | undefined;
  room.api.refuse(({ key }) => {
    keys.push(key);
    return key === tokenOf(target) ? refusal : limitHit('five_hour', inTwoHours);
  });
  const environment = { CLAUDE_CODE_OAUTH_TOKEN: OF_SHELL, CLAUDE_CODE_MAX_RETRIES: '0' };
  for (const { name, cwd } of sessions) {
    const pane = await server.open(name, { accountHome: from, cwd, columns: 100, environment });
    await pane.enter('claude');
    await pane.until(/^❯/m, PATIENCE_MS);
    await say(pane, 'Hello.');
    await pane.until(/resets|limit reached/i, PATIENCE_MS);
  }
  const options: SwapOptions = {
    from,
    to,
    sessions,
    terminal: tmuxTerminal({ socketPath: server.socketPath }),
    stateDirectory: room.path('state'),
    required: room.required,
    continuePrompt: 'Go on.',
  };
  return {
    to,
    keys,
    refuseTarget: (wanted: Refusal | undefined) => {
      refusal = wanted;
    },
    swap: async () => {
      const { outcome, problems, sessions: swapped } = await swapAccounts(options);
      return { outcome, problems, outcomes: swapped.map((each) => each.outcome) };
    },
    countUnder: async () => {
      const counts = [from, to].map(
        async (home) => (await findLiveSessions([home])).sessions.length,
      );
      return await Promise.all(counts);
    },
  };
}

test.each(isWholeProof ? programs : programs.slice(-1))(
  'Claude Code $version: a target that cannot answer gets one session at most',
  async ({ name }) => {
    const { to, keys, refuseTarget, swap, countUnder } = await setStage(name, refusals.length + 1);
    const total = refusals.length + 1;
    expect(new Set(keys)).toEqual(new Set([OF_SHELL]));

    const credentials = join(to, '.credentials.json');
    await rename(credentials, `${credentials}.away`);
    const { outcome, problems } = await swap();
    expect([outcome, problems.map((it) => 'reason' in it && it.reason)]).toEqual([
      'refused',
      ['not-logged-in'],
    ]);
    expect(await countUnder()).toEqual([total, 0]);
    await rename(`${credentials}.away`, credentials);

    for (const [index, [, refusal]] of refusals.entries()) {
      refuseTarget(refusal);
      const canary = await swap();
      const gone = refusals.slice(0, index).map(() => 'already-running');
      const left = refusals.slice(index).map(() => 'skipped');
      expect([canary.outcome, ...canary.outcomes]).toEqual([
        'canary-failed',
        ...gone,
        'refused',
        ...left,
      ]);
      expect(await countUnder()).toEqual([total - index - 1, index + 1]);
    }

    refuseTarget(undefined);
    keys.length = 0;
    expect((await swap()).outcome).toBe('done');
    expect(await countUnder()).toEqual([0, total]);
    // The token of the shell does not come before the login of the target.
    expect(new Set(keys)).toEqual(new Set([tokenOf(target)]));
  },
  240_000,
);
