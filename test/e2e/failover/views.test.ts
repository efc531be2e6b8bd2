import { mkdir } from 'node:fs/promises';
import { validateAll } from 'claude-shared-state';
import { readLimitRows, stepQuotaGate } from 'claude-shared-state/failover';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, test } from 'vitest';
import { isWholeProof } from '../../unit/support/proof.ts';
import { limitOn, type View, writeViews } from '../../unit/support/limit-views.ts';
import { inventAccount, logIn } from '../support/accounts.ts';
import { pollUntil } from '../support/poll.ts';
import { programs } from '../support/programs.ts';
import { limitHit } from '../support/quota-refusals.ts';
import { enterCleanRoom } from '../support/room.ts';
import { say } from '../support/say.ts';
import { startTmux } from '../support/tmux-server.ts';

/*
 * What one session shows at its limit, and before, in many sizes and below many menus and dialogs: two of them, or with
 * `PROVE=1` all. `RECORD=1 PROVE=1` writes them into the fixtures of the unit tests (test/unit/failover/limit-views.test.ts).
 */

const PATIENCE_MS = 60_000;
const [COLUMNS, ROWS] = [100, 40];
const isRecording = (process.env['RECORD'] ?? '') !== '';
const inTwoHours = Math.floor(Date.now() / 60_000) * 60 + 7200;

interface Setting {
  readonly name: string;
  readonly columns?: number;
  readonly rows?: number;
  /** Typed, and then these keys. */
  readonly text?: string;
  readonly keys?: readonly string[];
  /** What takes that back. */
  readonly undo?: string;
  /** It leaves a turn of its own, so the next view starts with a new one. */
  readonly isTurn?: boolean;
}

const sizes = [
  ...[20, 25, 26, 30, 40, 50, 60, 80, 120, 200].map((columns) => ({ columns, rows: 24 })),
  ...[7, 8, 10, 15, 24, 60].map((rows) => ({ columns: 80, rows })),
];
const drafts = {
  'a draft': 'And then?',
  'a long draft': 'And then? '.repeat(30),
  'a draft of a command': '/',
  'a draft of a file': '@',
  'a draft for the shell': '!ls',
};
const dialogs = ['/usage', '/status', '/config', '/model', '/resume'];

const allSettings: readonly Setting[] = [
  { name: 'plain' },
  ...sizes.map((size) => ({ name: `${size.columns}x${size.rows}`, ...size })),
  ...Object.entries(drafts).map(([name, text]) => ({ name, text, undo: 'C-c' })),
  { name: 'a draft of a command, narrow', text: '/', columns: 40, undo: 'C-c' },
  { name: 'the shortcuts', text: '?', undo: 'BSpace' },
  { name: 'the detailed transcript', keys: ['C-o'], undo: 'C-o' },
  { name: 'the tasks', keys: ['C-t'], undo: 'C-t' },
  ...dialogs.map((text) => ({ name: text, text, keys: ['Enter'], undo: 'Escape', isTurn: true })),
  { name: 'another permission mode', keys: ['BTab'] },
  { name: 'no wait any more', keys: ['Escape'] },
  { name: 'no wait any more, low', rows: 10 },
  { name: 'asks whether to quit', keys: ['C-c'] },
];

const settings = isWholeProof ? allSettings : allSettings.slice(0, 2);

/** A session of an account, at its prompt. */
async function setStage(program: 'old' | 'new') {
  const room = await enterCleanRoom(program);
  const accountHome = room.path('account');
  const cwd = room.path('work', 'api');
  await mkdir(cwd);
  await logIn(accountHome, inventAccount('a'), [cwd]);
  await validateAll([accountHome], { required: room.required });
  const server = await startTmux(room);
  const environment = { TZ: 'UTC', CLAUDE_CODE_MAX_RETRIES: '0' };
  const size = { columns: COLUMNS, rows: ROWS };
  const pane = await server.open('api', { accountHome, cwd, ...size, environment });
  await pane.enter('claude');
  await pane.until(/^❯/m, PATIENCE_MS);
  await say(pane, 'Hello.');
  await pane.until('of the stand-in', PATIENCE_MS);
  const terminal = tmuxTerminal({ socketPath: server.socketPath });

  /** The terminal as soon as it stays as it is. */
  const settled = async () => {
    let text = '';
    let same = 0;
    await pollUntil(
      'the terminal stays as it is',
      async () => {
        const now = await terminal.capture('api');
        same = now === text ? same + 1 : 0;
        text = now;
        return same >= 5;
      },
      () => text,
      PATIENCE_MS,
    );
    return text;
  };
  const resize = async ({ columns = COLUMNS, rows = ROWS }: Setting) => {
    await server.tmux('resize-window', '-t', '=api:', '-x', `${columns}`, '-y', `${rows}`);
  };
  /** Some dialogs take several Escapes; behind the last one, it would end the wait for the limit. */
  const closeDialog = async () => {
    await pollUntil(
      'the dialog is closed',
      async () => {
        if (/^❯\s*$/m.test(await settled())) return true;
        await pane.press('Escape');
        return false;
      },
      () => pane.screen(),
      PATIENCE_MS,
    );
  };
  const take = async (): Promise<readonly View[]> => {
    const views: View[] = [];
    for (const setting of settings) {
      await resize(setting);
      if (setting.text !== undefined) await pane.type(setting.text);
      if (setting.text !== undefined && setting.keys !== undefined) await settled();
      for (const key of setting.keys ?? []) await pane.press(key);
      views.push({ name: setting.name, text: await settled() });
      if (setting.undo !== undefined) await pane.press(setting.undo);
      if (setting.isTurn === true) await closeDialog();
      await resize({ name: 'as before' });
      await settled();
      if (setting.isTurn === true) {
        await say(pane, 'Go on.');
        await settled();
      }
    }
    return views;
  };
  const rows = async (cursor: unknown) => {
    const [live] = (await findLiveSessions([accountHome])).sessions;
    if (live === undefined) throw new Error('the session runs');
    const options = { accountHomes: [accountHome], required: room.required, cwd, cursor };
    return await readLimitRows(live.sessionId, options);
  };
  return { room, pane, take, rows };
}

test.each(isWholeProof ? programs : programs.slice(-1))(
  'a limit of Claude Code $version is in the transcript whatever the pane shows, and no false one is',
  async ({ name, version }) => {
    const { room, pane, take, rows } = await setStage(name);
    const before = await rows(undefined);
    const calm = await take();
    room.api.refuse(() => limitHit('five_hour', inTwoHours));
    await say(pane, 'Go on.');
    await pane.until(/resets|limit reached/i, PATIENCE_MS);
    const limited = await take();
    if (isRecording) {
      writeViews(version, 'calm', calm);
      writeViews(version, 'limited', limited);
    }
    const look = await rows(before.cursor);
    const seen = { session: 'api', account: 'a', at: new Date() };
    const step = stepQuotaGate(undefined, { kind: 'transcript', ...seen, rows: look.rows });
    expect(step.verdict).toBe('swap');
    expect(calm.filter(limitOn).map((view) => view.name)).toEqual([]);
  },
  // On a busy machine each of the 140 views takes seconds to settle.
  900_000,
);
