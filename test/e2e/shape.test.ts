import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import { runClaude } from './support/claude.ts';
import { field, isObject } from './support/json.ts';
import { pollUntil } from './support/poll.ts';
import { enterCleanRoom } from './support/room.ts';
import { theOnly } from './support/session.ts';

/*
 * What the newest pinned program leaves behind. The canary runs this on a newer one, and the difference is what to look at:
 * names that may have to be shared, or never; lines of a transcript and fields of a record that may say something.
 */
test('a turn in a new home leaves these names, lines and fields behind', async () => {
  const room = await enterCleanRoom();
  const home = room.path('a');
  room.api.takeTime(3000);
  const running = runClaude(['-p', 'Hello.'], room.surroundings(home));
  let fields: readonly string[] = [];
  const look = async () => {
    const [live] = (await findLiveSessions([home])).sessions;
    const record: unknown = live && JSON.parse(readFileSync(live.path, 'utf8'));
    if (isObject(record)) fields = Object.keys(record);
    return fields.length > 0;
  };
  await pollUntil('the session is on record', look, () => readdirSync(home).join());
  expect((await running).exitCode).toBe(0);

  const transcript = readFileSync(theOnly(await room.transcripts()), 'utf8');
  const lines = transcript.trim().split('\n');
  const types = new Set(lines.map((line) => String(field(JSON.parse(line), 'type'))));
  const names = new Set(readdirSync(home).map((name) => name.replace(/\d{5,}/, 'N')));
  const shape = {
    names: [...names].toSorted(),
    lines: [...types].toSorted(),
    record: fields.toSorted(),
  };
  await expect(`${JSON.stringify(shape, undefined, 2)}\n`).toMatchFileSnapshot(
    join(import.meta.dirname, 'shape.json'),
  );
});
