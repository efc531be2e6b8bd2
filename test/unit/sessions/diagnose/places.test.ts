import { projectKey } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { failing, hooked } from '../../support/hooked.ts';
import { at, inWorld, makeDirectory, makeFile, makeLink, worldKinds } from '../../support/world.ts';
import { message, setSession, transcriptIn } from '../support.ts';
import { codesOf, diagnose } from './support.ts';

const isTranscriptStat = (call: string, path: string) => call === 'stat' && path.endsWith('.jsonl');

describe.each(worldKinds)('a session, in %s,', (kind) => {
  test('is resumed with a warning if its project directory is a link', () =>
    inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      const key = projectKey(stage.cwd);
      world.fs.rmdirSync(`${stage.projects}/${key}`);
      makeLink(world, `${stage.projects}/${key}`, makeDirectory(world, at(world, 'volume')));
      makeFile(world, at(world, `volume/${stage.id}.jsonl`), message());

      const diagnosis = await diagnose(world, stage);

      expect(diagnosis.verdict).toBe('resumable-with-warnings');
      expect(codesOf(diagnosis)).toContain('found-conditionally');
    }));

  test('is reported with the path of its copy in another home', () =>
    inWorld(kind, async (world) => {
      const stage = setSession(world);
      const copy = transcriptIn(at(world, 'alone/projects'), '-work');
      makeFile(world, copy, message());

      const { problems } = await diagnose(world, stage, {
        accountHomes: [...stage.homes, at(world, 'alone')],
      });

      expect(problems).toMatchObject([{ code: 'other-copies', copies: [copy] }]);
    }));

  test('is refused by older programs in a directory with a backslash', () =>
    inWorld(kind, async (world) => {
      const stage = setSession(world);
      const cwd = makeDirectory(world, at(world, String.raw`back\slash`));
      makeFile(world, transcriptIn(stage.projects, projectKey(cwd)), message());

      const older = await diagnose(world, { ...stage, cwd }, { programVersion: '2.1.197' });

      expect(older.problems).toMatchObject([{ code: 'working-directory-unusable', path: cwd }]);
    }));

  test('is not called missing if it cannot be inspected', () =>
    inWorld(kind, async (world) => {
      const stage = setSession(world);
      const fs = hooked(world, failing('EACCES', isTranscriptStat));

      const { problems } = await diagnose(world, stage, { fs });

      expect(problems).toMatchObject([{ code: 'transcript-inaccessible', errno: 'EACCES' }]);
    }));

  test('has its recorded working directory, also if only another home has it', () =>
    inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      expect((await diagnose(world, stage)).recordedCwd).toBeUndefined();
      const alone = at(world, 'alone');
      const content = message({ cwd: '/work/it' });
      makeFile(world, transcriptIn(`${alone}/projects`, '-work-it'), content);

      const diagnosis = await diagnose(world, stage, { accountHomes: [alone] });

      expect(diagnosis).toMatchObject({ verdict: 'not-resumable', recordedCwd: '/work/it' });
    }));
});
