import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { isObject, memberOf } from '../../src/core/json.ts';
import { pollUntil } from './support/poll.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';
import { theOnly } from './support/session.ts';
import { settleHome } from './support/settle-home.ts';
import { say } from './support/say.ts';
import { startTmux } from './support/tmux-server.ts';

/*
 * Everything that the programs are known to write, so that something new is noticed: `npm run canary` tries the newest one.
 * Whoever adds a name here decides whether it matters to resuming or sharing.
 */
const known: Names = {
  'names in a home':
    '.claude.json .credentials.json backups file-history history.jsonl plans plugins projects session-env sessions'.split(
      ' ',
    ),
  'fields of a session record': (
    'asksForConvertedSkills cwd entrypoint kind messagingSocketPath name nameSince nameSource peerFeatures ' +
    'peerProtocol pid pidDomain procStart sessionId startedAt status statusUpdatedAt tmux updatedAt version'
  ).split(' '),
  'types of lines in a transcript': (
    'ai-title api-request api-request-blob api-request-shape assistant atis-latch attachment cost-state ' +
    'file-history-delta file-history-snapshot last-prompt mode permission-mode session-owner system tools-used user'
  ).split(' '),
};

type Names = Readonly<Record<string, readonly string[]>>;

/** What was seen and is not known, each once, by its kind. */
function newsIn(seen: Names, before: Names): readonly string[] {
  return Object.entries(seen).flatMap(([kind, names]) =>
    [...new Set(names)]
      .filter((one) => !before[kind]?.includes(one))
      .map((one) => `${kind}: ${one}`),
  );
}

test('a name that an older record lacks is printed with its kind, and no other is', () => {
  const seen = { fields: ['pid', 'pidDomain', 'pidDomain'], types: ['user'], places: ['inbox'] };
  const older = { fields: ['pid', 'procStart'], types: ['user', 'pidDomain'] };
  expect(newsIn(seen, older)).toEqual(['fields: pidDomain', 'places: inbox']);
  expect(newsIn(seen, seen)).toEqual([]);
});

test.each(programs)('Claude Code $version writes nothing that is unknown', async ({ name }) => {
  const room = await enterCleanRoom(name);
  const home = room.path('account');
  await settleHome(home, [room.path('work')]);
  await validateAll([home], { required: room.required });
  const note = room.path('work', 'note.txt');
  room.api.callToolsWhenTold('Write a note.', {
    name: 'Write',
    input: { file_path: note, content: 'x' },
  });
  const server = await startTmux(room);
  const pane = await server.open('api', { accountHome: home });
  await pane.enter('claude --permission-mode acceptEdits');
  await pane.until(/^❯/m);
  await say(pane, 'Write a note.');
  await pane.until('of the stand-in');
  const records = join(home, 'sessions');
  const texts = async () => {
    const files = (await readdir(records)).filter((file) => /^\d+\.json$/.test(file));
    return await Promise.all(files.map((file) => readFile(join(records, file), 'utf8')));
  };
  await pollUntil(
    'the session is idle',
    async () => (await texts()).some((text) => text.includes('"idle"')),
    async () => (await texts()).join('\n'),
  );
  const record: unknown = JSON.parse(theOnly(await texts()));
  await pane.enter('/exit');
  await pane.untilAtShell();

  const isShared = (path: string) => path.startsWith(room.sharedProjects);
  const transcript = await readFile(theOnly((await room.transcripts()).filter(isShared)), 'utf8');
  const types = transcript.split('\n').flatMap((line) => {
    const type = line === '' ? undefined : memberOf(JSON.parse(line), 'type');
    return typeof type === 'string' ? [type] : [];
  });
  const seen = {
    'names in a home': await readdir(home),
    'fields of a session record': Object.keys(isObject(record) ? record : {}),
    'types of lines in a transcript': types,
  };
  expect(newsIn(seen, known)).toEqual([]);
});
