import { describe, expect, test } from 'vitest';
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
const ended = 'conversation-ended';

describe.each(worldKinds)('what is in the transcript, in %s:', (kind) => {
  test.each([
    ['', 'transcript-empty'],
    ['{"type":"summary"}\n', 'transcript-without-messages'],
    [message({ isSidechain: true }), 'transcript-only-side-chains'],
    [message({ timestamp: 'yesterday' }), 'transcript-undated'],
    ['no JSON\n\0\0\0\n', 'transcript-garbage'],
  ])('%j keeps it from being resumed', async (text, code) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, text);
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('not-resumable');
      expect(problems).toMatchObject([{ code, remedy: 'choose-session' }]);
    });
  });

  test.each([
    [`${message()}${answer()}`, []],
    [`${message()}{"type":"us`, ['transcript-torn']],
    [message({ parentUuid: third }), ['transcript-fragment']],
    [`${message()}${answer()}${answer(third)}`, ['transcript-forked']],
    [`garbage\n${message()}`, []],
  ])('%j resumes', async (text, codes) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, text);
      const diagnosis = await diagnose(world, stage);
      expect(diagnosis.verdict).toBe(codes.length > 0 ? 'resumable-with-warnings' : 'resumable');
      expect(codesOf(diagnosis)).toEqual(codes);
    });
  });

  test.each([
    [`${organization(first)}${message()}${organization(second)}`, 'several-organizations'],
    [`${message({ sessionId: id })}${notice('ended-by-model', { sessionId: id })}`, ended],
    [`${message()}${notice('repl-mode', { replMode: true })}`, 'code-mode-printed'],
    [
      `${message({ sessionId: id })}${notice('custom-title', { customTitle: 5, sessionId: id })}`,
      'transcript-malformed',
    ],
    [message({ message: { content: [5] } }), 'transcript-without-messages'],
  ])('%j stops newer programs only', async (text, code) => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, text);
      expect(codesOf(await diagnose(world, stage))).toEqual(['version-dependent']);
      expect(codesOf(await diagnose(world, stage, { programVersion: '2.1.329' }))).toEqual([code]);
      expect(codesOf(await diagnose(world, stage, { programVersion: '2.1.197' }))).toEqual([]);
    });
  });

  test('a snapshot of files that is missing stops all programs', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const snapshot = notice('file-history-snapshot', { messageId: first });
      makeFile(world, stage.transcript, message() + snapshot);
      expect(codesOf(await diagnose(world, stage))).toEqual(['transcript-malformed']);
    });
  });

  test('a conversation in Code Mode goes on where there is a terminal', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, message() + notice('repl-mode', { replMode: true }));
      const options = { programVersion: '2.1.329', interactive: true };
      expect((await diagnose(world, stage, options)).verdict).not.toBe('not-resumable');
    });
  });

  test('one organization is told, because nobody but the program knows to which one the account belongs', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, message() + organization(first) + organization(first));
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('resumable-with-warnings');
      expect(problems).toMatchObject([{ code: 'organization-bound', organization: first }]);
      expect(codesOf(await diagnose(world, stage, { programVersion: '2.1.197' }))).toEqual([]);
    });
  });

  test('one that was rewound to nothing is what the program takes, whatever else there is', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, message() + rewound);
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), message());
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('not-resumable');
      expect(problems).toMatchObject([{ code: 'transcript-rewound', remedy: 'choose-session' }]);
    });
  });

  test('a message without content stops older programs only', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const empty = message({ uuid: second, parentUuid: first, message: {} });
      makeFile(world, stage.transcript, `${message()}${empty}`);
      const { verdict, problems } = await diagnose(world, stage);
      expect(verdict).toBe('resumable-with-warnings');
      expect(problems).toMatchObject([{ code: 'version-dependent' }]);
      const old = await diagnose(world, stage, { programVersion: '2.1.197' });
      expect(codesOf(old)).toEqual(['transcript-malformed']);
    });
  });

  test('a directory in its place stops the search, whatever else there is', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      makeDirectory(world, stage.transcript);
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), message());
      const diagnosis = await diagnose(world, stage, { programVersion: '2.1.329' });
      expect(codesOf(diagnosis)).toEqual(['transcript-not-a-file']);
    });
  });

  test('an unusable own one is passed over, and makes the search in all projects ambiguous if it looks like messages', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), message());
      const options = { programVersion: '2.1.329' };
      makeFile(world, stage.transcript, '{"type":"summary"}\n');
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['other-copies']);
      makeFile(world, stage.transcript, message({ isSidechain: true }));
      expect(codesOf(await diagnose(world, stage, options))).toEqual(['several-copies']);
    });
  });

  test('one whose messages only older programs see is passed over by newer ones', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, stage.transcript, message({ message: { content: [{}] } }));
      const other = transcriptIn(stage.projects, '-elsewhere');
      makeFile(world, other, message());
      const { problems } = await diagnose(world, stage, { programVersion: '2.1.329' });
      expect(problems).toMatchObject([{ code: 'several-copies' }]);
      makeFile(
        world,
        stage.transcript,
        message({ message: { content: [{}] } }).replace('"type":', '"type": '),
      );
      const { transcript } = await diagnose(world, stage, { programVersion: '2.1.329' });
      expect(transcript?.path).toMatch(/-elsewhere/);
    });
  });

  test('one with lines of the system only is passed over by the search in all projects', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      world.fs.unlinkSync(stage.transcript);
      const system = message({ type: 'system', message: undefined });
      makeFile(world, transcriptIn(stage.projects, '-elsewhere'), system);
      const diagnosis = await diagnose(world, stage, { programVersion: '2.1.329' });
      expect(codesOf(diagnosis)).toEqual(['transcript-passed-over']);
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
