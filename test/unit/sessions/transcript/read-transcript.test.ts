import { describe, expect, test } from 'vitest';
import { readTranscript } from '../../../../src/sessions/transcript/read-transcript.ts';
import { inWords } from '../../support/in-words.ts';
import { at, inWorld, makeFile, worldKinds } from '../../support/world.ts';

describe.each(worldKinds)('a transcript, in %s,', (kind) => {
  test.each(
    inWords([
      ['{"type":"user"}', true],
      ['no JSON "type":"assistant" at all', true],
      [`${'x'.repeat(300_000)}\n{"subtype":"voice_call_talk"}\n{}`, true],
      ['{"type": "user"}', false],
      ['{"type":"use\nr"}', false],
      ['', false],
    ]),
  )('looks like a conversation by its text alone: %s', async (_, text, looksLikeMessages) => {
    await inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'a.jsonl'), text);

      const read = await readTranscript(world.fs.promises, path);

      expect(read).toMatchObject({ ok: true, value: { looksLikeMessages } });
      expect(read.ok && read.value.content.bytes).toBe(text.length);
    });
  });
});
