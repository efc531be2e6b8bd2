import { describe, expect, test } from 'vitest';
import { inWords } from '../../support/in-words.ts';
import { at, inWorld, makeDirectory, makeFile, worldKinds } from '../../support/world.ts';
import { id, message, setSession, transcriptIn } from '../support.ts';
import { codesOf, diagnose } from './support.ts';

const [first, second, third] = ['1', '2', '3'].map(
  (end) => `00000000-0000-4000-8000-00000000000${end}`,
);
const answer = (uuid = second, parentUuid = first) =>
  message({ type: 'assistant', uuid, parentUuid, message: { id: uuid, content: [] } });
const notice = (type: string, more: object) => `${JSON.stringify({ type, ...more })}\n`;
const organization = (uuid = '') => notice('hybrid-organization', { organizationUuid: uuid });
const rewound = notice('last-prompt', { leafUuid: null, explicit: true });

describe.each(worldKinds)('diagnoseResume, in %s,', (kind) => {
  test.each(
    inWords([
      ['', 'empty'],
      ['{"type":"summary"}\n', 'metadata-only'],
      [message({ isSidechain: true }), 'sidechain-only'],
      [message({ timestamp: 'yesterday' }), 'missing-timestamp'],
      ['no JSON\n\0\0\0\n', 'invalid'],
      [message({ uuid: undefined }), 'missing-uuid'],
      [`${message()}null\n`, 'null-line'],
    ]),
  )('refuses unusable transcript %s', async (_, text, reason) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, text);
      const { verdict, problems } = await diagnose(world, stage, { programVersion: '2.1.197' });
      expect(verdict).toBe('not-resumable');
      expect(problems).toMatchObject([
        { code: 'transcript-unusable', reason, remedy: 'choose-session' },
      ]);
    });
  });

  test.each(
    inWords([
      [`${message()}${answer()}`, []],
      [`${message()}{"type":"us`, ['last-line-truncated']],
      [`${message()}${answer()}${answer(third)}`, ['forked']],
      [`garbage\n${message()}`, ['lines-lost']],
    ]),
  )('resumes flawed transcript %s, and says why it is flawed', async (_, text, reasons) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, text);
      const diagnosis = await diagnose(world, stage);
      expect(diagnosis.verdict).toBe(reasons.length > 0 ? 'resumable-with-warnings' : 'resumable');
      expect(diagnosis.problems).toMatchObject(
        reasons.map((reason) => ({ code: 'transcript-damaged', reason })),
      );
    });
  });

  test.each(
    inWords([
      [`${organization(first)}${message()}${organization(second)}`, 'several-organizations'],
      [
        `${message({ sessionId: id })}${notice('ended-by-model', { sessionId: id })}`,
        'ended-by-model',
      ],
    ]),
  )('refuses transcript %s for newer programs only', async (_, text, reason) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, text);
      expect(codesOf(await diagnose(world, stage))).toEqual(['version-dependent']);
      const newer = await diagnose(world, stage, { programVersion: '2.1.329' });
      expect(newer.problems).toMatchObject([{ code: 'transcript-unusable', reason }]);
      expect(codesOf(await diagnose(world, stage, { programVersion: '2.1.197' }))).toEqual([]);
    });
  });

  test('warns of the organization that a session is bound to', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, message() + organization(first) + organization(first));
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('resumable-with-warnings');
      expect(problems).toMatchObject([{ code: 'organization-bound', organization: first }]);
      expect(codesOf(await diagnose(world, stage, { programVersion: '2.1.197' }))).toEqual([]);
    });
  });

  test('refuses a session that was rewound to nothing, even if there is another copy', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, message() + rewound);
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), message());
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('not-resumable');
      expect(problems).toMatchObject([{ code: 'transcript-unusable', reason: 'rewound' }]);
    });
  });

  test('stops the search at a directory with the name of the transcript', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      makeDirectory(world, stage.transcript);
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), message());
      const diagnosis = await diagnose(world, stage, { programVersion: '2.1.329' });
      expect(diagnosis.problems).toMatchObject([
        { code: 'transcript-unusable', reason: 'not-a-file' },
      ]);
    });
  });

  test('skips an unusable copy, which makes the search ambiguous if it looks like messages', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), message());
      const options = { programVersion: '2.1.329' };
      makeFile(world, stage.transcript, '{"type":"summary"}\n');
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['other-copies']);
      makeFile(world, stage.transcript, message({ isSidechain: true }));
      expect((await diagnose(world, stage, options)).problems).toMatchObject([
        { code: 'wrong-working-directory', reason: 'several-copies' },
      ]);
    });
  });

  test('does not detect a transcript with system lines only in another project', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      const system = message({ type: 'system', message: undefined });
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), system);
      const diagnosis = await diagnose(world, stage, { programVersion: '2.1.329' });
      expect(diagnosis.problems).toMatchObject([
        { code: 'wrong-working-directory', reason: 'no-messages' },
      ]);
    });
  });

  test('what a transcript says of itself is data: a path in it is told, and not gone to', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      const cwd = `${at(world, 'x')}\u001b[31m\n; rm -rf`;
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), message({ cwd }));
      const { problems } = await diagnose(world, stage, { programVersion: '2.1.197' });
      expect(problems).toMatchObject([{ recordedCwd: cwd }]);
      expect(problems[0]?.message).not.toContain('\u001b');
      expect(problems[0]?.message).not.toContain('\n');
    });
  });
});
