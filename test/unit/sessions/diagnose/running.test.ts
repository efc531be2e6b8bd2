import type { ProcessInspector } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { sessionId } from '../../support/session-id.ts';
import { inWorld, makeFile, type World, worldKinds } from '../../support/world.ts';
import { type SessionStage, setSession } from '../support.ts';
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

describe.each(worldKinds)('processes that have the session, in %s:', (kind) => {
  test.each(['bg', 'daemon', 'daemon-worker'])(
    'one in the background (%s) under this home keeps it from being resumed',
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

  test('one under another home, or on a terminal, is a warning', async () => {
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

  test('one that has ended is none, and so is one with another session', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      record(world, stage, stage.homes[1], 1, 'bg');
      const other = { ...stage, id: sessionId(stage.id.replaceAll('0', '1')) };
      record(world, other, stage.homes[1], 4711, 'bg');
      expect(codesOf(await diagnose(world, stage, { processInspector }))).toEqual([]);
    });
  });

  test('where processes cannot be looked at, it says so', async () => {
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
