import {
  diagnoseResume,
  findLiveSessions,
  locateTranscripts,
  type SessionReadFs,
} from 'claude-shared-state/sessions';
import { afterAll, describe, expect, test } from 'vitest';
import { type Fault, faulty } from '../support/migrate-faults.ts';
import { isThorough } from '../support/proof.ts';
import { at, inWorld, makeFile, requiredIn, type World, worldKinds } from '../support/world.ts';
import { id, message, type SessionStage, setSession, transcriptIn } from './support.ts';

const errnos = [
  'EACCES',
  'EIO',
  'ELOOP',
  'EMFILE',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
  'ESTALE',
] as const;

type Reading = (world: World, stage: SessionStage, fs: SessionReadFs) => Promise<unknown>;

const calls: Readonly<Record<string, Reading>> = {
  diagnoseResume: (world, { cwd, homes }, fs) =>
    diagnoseResume(id, {
      accountHome: homes[1],
      accountHomes: homes,
      cwd,
      required: requiredIn(world),
      fs,
    }),
  'diagnoseResume of a session that is gone': (world, { cwd, homes }, fs) =>
    diagnoseResume(id.toUpperCase(), {
      accountHome: homes[1],
      accountHomes: homes,
      cwd,
      required: requiredIn(world),
      fs,
    }),
  locateTranscripts: (world, { homes }, fs) =>
    locateTranscripts(id, { accountHomes: homes, required: requiredIn(world), fs }),
  findLiveSessions: (_, { homes }, fs) => findLiveSessions(homes, { fs }),
};

let cases = 0;
afterAll(() => console.log(`${cases} faults while reading`));

describe.each(worldKinds)('whichever call fails, in %s,', (kind) => {
  test.each(Object.entries(calls))('%s answers, and leaves no file open', async (_, read) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), message());
      makeFile(world, `${stage.homes[0]}/sessions/4711.json`, JSON.stringify({ sessionId: id }));
      makeFile(world, `${stage.homes[0]}/history.jsonl`, '{}\n');
      makeFile(world, at(world, 'work/.git'), 'gitdir: nowhere\n');
      for (const errno of errnos) {
        for (const lasting of [false, 'all'] as const) {
          for (let call = 1; ; call += isThorough ? 1 : 7) {
            const fault: Fault = { call, kind: errno, moment: 'before', lasting };
            const { fs, openHandles, log } = faulty(world.fs.promises, fault);
            await expect(read(world, stage, fs)).resolves.toBeDefined();
            expect(openHandles()).toBe(0);
            cases += 1;
            if (log.length < call) break;
          }
        }
      }
    });
  });
});
