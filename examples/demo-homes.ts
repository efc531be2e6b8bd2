import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { requiredSharedUnder, validateAll } from 'claude-shared-state';

const login = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const release = 'b7d1e9c4-08a3-4c7e-8f15-6a2d94c0e3f8';

/** Three account homes that share everything but `projects`, which is wrong in three ways. */
export async function makeHomes(root: string) {
  const required = requiredSharedUnder(root);
  const homes = ['work', 'spare', 'old'].map((name) => join(root, `.claude-${name}`));
  await validateAll(homes, { required: required.filter(({ name }) => name !== 'projects') });

  const shared = join(root, '.claude-projects-shared');
  const backup = join(root, '.claude-projects-backup');
  const records = conversation(login, [
    ['user', 'The login form forgets the user name. Why?'],
    ['assistant', 'The field is reset by the second render.'],
    ['user', 'Please fix it.'],
    ['assistant', 'Done: the value now lives in the form state.'],
  ]);
  // The shared place has the beginning of a session that went on in the old account's own directory.
  await writeTranscript(shared, login, records.slice(0, 2));
  await writeTranscript(join(root, '.claude-old', 'projects'), login, records);
  await writeTranscript(
    backup,
    release,
    conversation(release, [
      ['user', 'What is left to do for the release?'],
      ['assistant', 'Only the changelog.'],
    ]),
  );
  await symlink(backup, join(root, '.claude-spare', 'projects'));
  return { homes, required, shared, elsewhere: backup };
}

/** The distinct records of all transcripts below a `projects` directory, wherever it leads. */
export async function recordsIn(projects: string): Promise<ReadonlySet<string>> {
  const paths = await readdir(projects, { recursive: true }).catch(() => []);
  const texts = paths
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => readFile(join(projects, path), 'utf8'));
  return new Set((await Promise.all(texts)).flatMap((text) => text.trimEnd().split('\n')));
}

type Turn = readonly ['user' | 'assistant', string];

function conversation(sessionId: string, turns: readonly Turn[]): readonly string[] {
  let parentUuid: string | null = null;
  return turns.map(([type, text], index) => {
    const uuid = randomUUID();
    const record = {
      parentUuid,
      isSidechain: false,
      userType: 'external',
      cwd: '/home/me/work',
      sessionId,
      version: '2.1.332',
      type,
      message: { role: type, content: type === 'user' ? text : [{ type: 'text', text }] },
      uuid,
      timestamp: new Date(Date.UTC(2026, 10, 20, 9, index)).toISOString(),
    };
    parentUuid = uuid;
    return JSON.stringify(record);
  });
}

async function writeTranscript(projects: string, sessionId: string, records: readonly string[]) {
  const path = join(projects, '-home-me-work', `${sessionId}.jsonl`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, records.map((record) => `${record}\n`).join(''));
}
