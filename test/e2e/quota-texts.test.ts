import {
  type QuotaLimit,
  type QuotaObservation,
  stepQuotaGate,
} from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { inventAccount, tokenOf } from './support/accounts.ts';
import { cleanEnvironment, runClaude, type Surroundings } from './support/claude.ts';
import { replyTo } from './support/messages-api.ts';
import { pollUntil } from './support/poll.ts';
import { executableOf, programs } from './support/programs.ts';
import { limitHit, limitNear, troubleOfServer } from './support/quota-refusals.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { say } from './support/say.ts';
import { settleHome } from './support/settle-home.ts';
import { startTmux } from './support/tmux-server.ts';

/** Every message that the SDK gives for a question, also where it throws in the end. */
async function messagesFromSdk(
  prompt: string,
  surroundings: Surroundings,
): Promise<readonly unknown[]> {
  const pathToClaudeCodeExecutable = executableOf('new');
  const { query } = await import('@anthropic-ai/claude-agent-sdk');
  const { cwd } = surroundings;
  const env = cleanEnvironment(surroundings);
  const messages: unknown[] = [];
  try {
    for await (const message of query({
      prompt,
      options: { pathToClaudeCodeExecutable, cwd, env },
    })) {
      messages.push(message);
    }
  } catch (error) {
    // After a result that is an error, it throws what the result said.
    if (messages.length === 0) throw error;
  }
  return messages;
}

const token = tokenOf(inventAccount('1'));
// On the minute, because the program prints no seconds.
const inTwoHours = Math.floor(Date.now() / 60_000) * 60 + 2 * 3600;
const end = new Date(inTwoHours * 1000).toISOString();

/** The verdict on what was seen at two polls. */
function judged(kind: { readonly text: string } | { readonly message: unknown }) {
  const poll = (state: unknown, at: Date) => {
    const seen = { session: 'a', account: 'a', at };
    const observation: QuotaObservation =
      'text' in kind ? { ...seen, ...kind, kind: 'pane' } : { ...seen, ...kind, kind: 'message' };
    return stepQuotaGate(state, observation);
  };
  const first = poll(undefined, new Date());
  return poll(first.state, new Date(Date.now() + 1000));
}

/** The messages of a run in print mode, without retries. */
async function printed(room: Room): Promise<readonly unknown[]> {
  const args = ['-p', 'Hello', '--output-format', 'stream-json', '--verbose'];
  const { stdout } = await runClaude(args, {
    ...room.surroundings(room.path('a')),
    environment: { CLAUDE_CODE_MAX_RETRIES: '0' },
  });
  return stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** The program on a terminal. */
async function openPane(room: Room) {
  const accountHome = room.path('a');
  await settleHome(accountHome, [room.path('work')]);
  const server = await startTmux(room);
  const environment = { TZ: 'Europe/Paris' };
  const pane = await server.open('a', { accountHome, columns: 100, rows: 40, environment });
  await pane.enter('claude');
  await pane.until(/^❯/m);
  /** What it shows as soon as that is as wanted. */
  const text = async (isWanted: (text: string) => boolean) => {
    let shown = '';
    const look = async () => isWanted((shown = await pane.text('-J')));
    await pollUntil('the pane shows what is wanted', look, () => shown);
    return shown;
  };
  return { pane, text };
}

describe.each(programs.map(({ name, version }) => [name, version] as const))(
  'the %s program, %s',
  (name) => {
    test.each<[claim: string, limit: QuotaLimit]>([
      ['five_hour', 'session'],
      ['seven_day', 'weekly'],
      ['seven_day_opus', 'model'],
      ['overage', 'other'],
    ])('tells in print mode of the limit %s', async (claim, limit) => {
      const room = await enterCleanRoom(name);
      room.api.refuse(() => limitHit(claim, inTwoHours));

      const messages = await printed(room);

      const verdict = judged({ message: messages.at(-1) });
      expect(verdict).toMatchObject({ verdict: 'swap', evidence: { limit, resets: { at: end } } });
      const seen = messages.map((message) => judged({ message }).verdict);
      expect(seen).toEqual(['none', 'suspected', 'suspected', 'swap']);
    });

    test.each([
      [529, 'overloaded_error'],
      [500, 'api_error'],
      [429, 'rate_limit_error'],
    ] as const)('tells in print mode of %i, %s, and no limit', async (status, type) => {
      const room = await enterCleanRoom(name);
      room.api.refuse(() => troubleOfServer(status, type));

      const messages = await printed(room);

      expect(messages.length).toBeGreaterThan(2);
      expect(new Set(messages.map((message) => judged({ message }).verdict))).toEqual(
        new Set(['none']),
      );
    });

    test('tells in print mode that a limit is near, which is none', async () => {
      const room = await enterCleanRoom(name);
      room.api.sendHeaders(limitNear(inTwoHours));

      const messages = await printed(room);

      expect(JSON.stringify(messages)).toContain('allowed_warning');
      expect(new Set(messages.map((message) => judged({ message }).verdict))).toEqual(
        new Set(['none']),
      );
    });

    test('shows a limit on its pane until the next prompt is answered', async () => {
      const room = await enterCleanRoom(name);
      room.api.refuse(() => limitHit('five_hour', inTwoHours));
      const { text, pane } = await openPane(room);

      await say(pane, 'Hello');
      const atLimit = await text((it) => judged({ text: it }).verdict === 'swap');
      expect(judged({ text: atLimit })).toMatchObject({
        evidence: { limit: 'session', resets: { at: end, zone: 'Europe/Paris' } },
      });

      room.api.refuse(() => undefined);
      await say(pane, 'And now?');
      const answered = await text((it) => it.includes(replyTo(room.api.conversations.length)));
      expect(answered).toContain('limit · resets');
      expect(judged({ text: answered }).verdict).toBe('none');
    });
  },
);

test('The Agent SDK tells of a limit', async () => {
  const room = await enterCleanRoom();
  room.api.refuse(({ key }) => (key === token ? limitHit('seven_day', inTwoHours) : undefined));

  const messages = await messagesFromSdk('Hello', room.surroundings(room.path('a')));

  expect(judged({ message: messages.at(-1) })).toMatchObject({
    verdict: 'swap',
    evidence: { limit: 'weekly', resets: { at: end } },
  });
  const answers = await messagesFromSdk('Hello', room.surroundings(room.path('b')));
  expect(judged({ message: answers.at(-1) }).verdict).toBe('none');
});
