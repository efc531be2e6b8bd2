import { projectKey } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  type World,
  worldKinds,
} from '../../support/world.ts';
import { message, setSession, transcriptIn } from '../support.ts';
import { diagnose } from './support.ts';

const [before, after] = ['2.1.197', '2.1.329'];

/** A session whose directory has a key that is cut, under the hash that another runtime makes of it. */
function setLong(world: World, recorded: (cwd: string) => string | undefined) {
  const stage = setSession(world);
  world.fs.unlinkSync(stage.transcript);
  const cwd = makeDirectory(world, at(world, `${'long'.repeat(40)}/${'path'.repeat(40)}`));
  const key = projectKey(cwd);
  const other = `${key.slice(0, key.lastIndexOf('-'))}-otherhash`;
  makeFile(world, transcriptIn(stage.projects, other), message({ cwd: recorded(cwd) }));
  return { ...stage, cwd };
}

describe.each(worldKinds)('a working directory whose key is cut, in %s:', (kind) => {
  test.each([before, after])('its session is found under another hash, by %s', (programVersion) =>
    inWorld(kind, async (world) => {
      const stage = setLong(world, (cwd) => cwd);
      const diagnosis = await diagnose(world, stage, { programVersion });
      expect(diagnosis).toMatchObject({ verdict: 'resumable', problems: [] });
    }),
  );

  test('a newer program wants it named in the transcript', () =>
    inWorld(kind, async (world) => {
      const stage = setLong(world, () => '/elsewhere');
      const older = await diagnose(world, stage, { programVersion: before });
      expect(older).toMatchObject({ verdict: 'resumable', problems: [] });
      // It finds it all the same, in the search of all projects.
      const newer = await diagnose(world, stage, { programVersion: after });
      expect(newer.verdict).toBe('resumable');
      makeFile(world, transcriptIn(stage.projects, '-another'), message());
      const { problems } = await diagnose(world, stage, { programVersion: after });
      expect(problems).toMatchObject([{ reason: 'several-copies' }]);
    }));
});
