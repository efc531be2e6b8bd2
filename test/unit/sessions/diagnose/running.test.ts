import type { ProcessInspector } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { sessionId } from '../../support/session-id.ts';
import { inWorld, makeFile, type World, worldKinds } from '../../support/world.ts';
import { message, type SessionStage, setSession } from '../support.ts';
import { codesOf, diagnose } from './support.ts';

const processInspector: ProcessInspector = {
  status: ({ pid }) =>
    Promise.resolve(pid === 1 ? { state: 'exited' } : { state: 'running', start: '7' }),
};

function record(
  world: World,
  { id }: SessionStage,
  home: string,
  pid: number,
  kind: string,
): string {
  const record = { sessionId: id, procStart: '7', kind };
  return makeFile(world, `${home}/sessions/${pid}.json`, JSON.stringify(record));
}

describe.each(worldKinds)('diagnoseResume, in %s,', (kind) => {
  test.each(['bg', 'daemon', 'daemon-worker'])(
    'refuses a session that runs in the background (%s) under this home',
    async (background) => {
      await inWorld(kind, async (world) => {
        const stage = setSession(world);
        const path = record(world, stage, stage.homes[1], 4711, background);
        const { verdict, problems } = await diagnose(world, stage, { processInspector });
        expect(verdict).toBe('not-resumable');
        expect(problems).toMatchObject([
          { code: 'running-in-background', remedy: 'retry', path, pid: 4711 },
        ]);
      });
    },
  );

  test.each([
    ['2.1.222', 'session-running'],
    ['2.1.332', 'running-in-background'],
  ])('says of %s, with the id on record in upper case, %s', async (programVersion, code) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const upper = { ...stage, id: sessionId(stage.id.toUpperCase()) };
      record(world, upper, stage.homes[1], 4711, 'bg');
      const diagnosis = await diagnose(world, stage, { processInspector, programVersion });
      expect(codesOf(diagnosis)).toEqual([code]);
    });
  });

  test('warns of a process under another home, or on a terminal', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      record(world, stage, stage.homes[0], 4711, 'bg');
      record(world, stage, stage.homes[1], 4712, 'interactive');
      const { verdict, problems } = await diagnose(world, stage, { processInspector });
      expect(verdict).toBe('resumable-with-warnings');
      expect(problems.map((it) => [it.code, 'pid' in it && it.pid])).toEqual([
        ['session-running', 4712],
        ['session-running', 4711],
      ]);
    });
  });

  test('says when a process that waits for its limit to end continues by itself', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const lines = [
        { uuid: 'a' },
        {
          type: 'assistant',
          uuid: 'b',
          parentUuid: 'a',
          isApiErrorMessage: true,
          error: 'rate_limit',
          quotaLimits: { resetsAt: 1_795_968_007 },
          message: { role: 'assistant', content: [{ type: 'text', text: 'Limit' }] },
        },
        {
          type: 'system',
          uuid: 'c',
          parentUuid: 'b',
          subtype: 'informational',
          content: 'Usage limit reached · set to continue automatically at 4pm',
        },
      ];
      makeFile(world, stage.transcript, lines.map(message).join(''));
      record(world, stage, stage.homes[0], 4711, 'interactive');
      const { problems } = await diagnose(world, stage, { processInspector });
      const continuesAt = '2026-11-29T16:00:07.000Z';
      expect(problems).toMatchObject([{ code: 'session-running', continuesAt }]);
      expect(problems[0]?.message).toContain(`continues by itself at ${continuesAt}`);
    });
  });

  test('ignores a process that exited, or runs another session', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      record(world, stage, stage.homes[1], 1, 'bg');
      const other = { ...stage, id: sessionId(stage.id.replaceAll('0', '1')) };
      record(world, other, stage.homes[1], 4711, 'bg');
      expect(codesOf(await diagnose(world, stage, { processInspector }))).toEqual([]);
    });
  });

  test('says that a session may be running if processes are unknown', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      record(world, stage, stage.homes[1], 4711, 'bg');
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('resumable-with-warnings');
      expect(problems).toMatchObject([
        { code: 'session-running', processState: 'unknown', pid: 4711 },
      ]);
    });
  });
});
