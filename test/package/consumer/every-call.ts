import { join } from 'node:path';
import {
  isSharedStateError,
  type LinkFs,
  type LinkFsSync,
  parseResumeUUID,
  requiredSharedUnder,
  type ResumeUUID,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';
import {
  archive,
  deleteRestorePoint,
  listRestorePoints,
  type MigrateFs,
  migrate,
  type MigrationPhase,
  planDelete,
  planMigration,
  planRestore,
  restore,
  unarchive,
} from 'claude-shared-state/migrate';
import { inspectRetention, type RetentionReadFs } from 'claude-shared-state/retention';
import {
  diagnoseResume,
  findLiveSessions,
  projectKey,
  resumeCommand,
  type SessionReadFs,
} from 'claude-shared-state/sessions';

/** What both `node:fs` and memfs have. */
export interface AnyFs extends LinkFsSync {
  readonly promises: LinkFs & SessionReadFs & MigrateFs & RetentionReadFs;
  existsSync(path: string): boolean;
  readFileSync(path: string, encoding: 'utf8'): string | Uint8Array;
  unlinkSync(path: string): void;
  writeFileSync(path: string, content: string): void;
}

const sessionId = parseResumeUUID('3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10');

/**
 * Uses every entry point below a root: links two homes that were used alone, looks at a session, gives one home back,
 * and deletes the other one's restore point.
 *
 * @returns The same in memory and on a disk, in every program that can run it.
 */
export async function everyCall(fs: AnyFs, root: string): Promise<unknown> {
  if (sessionId === undefined) throw new Error('It is an id');
  const [work, spare] = [join(root, 'work'), join(root, 'spare')] as const;
  const homes = [work, spare];
  const required = requiredSharedUnder(join(root, 'shared'));
  const cwd = join(root, 'app');
  const transcript = join('projects', projectKey(cwd), `${sessionId}.jsonl`);
  // The same conversation, which went on in one of them: the longer one holds the other.
  makeFile(fs, join(cwd, 'package.json'), '{}');
  makeFile(fs, join(work, transcript), message(1) + message(2));
  makeFile(fs, join(spare, transcript), message(1));

  const diagnose = async (id: ResumeUUID, accountHome: string) => {
    const options = { accountHome, accountHomes: homes, cwd, required, interactive: false, fs };
    const { verdict, problems } = await diagnoseResume(id, options);
    return [verdict, ...problems.map(({ code }) => code)];
  };
  const lengths = () => homes.map((home) => textAt(fs, join(home, transcript)).length);

  const refused = await codesOf(() => validateAll(homes, { required, fs }));
  const before = await diagnose(sessionId, spare);

  const phases = new Set<MigrationPhase>();
  const options = {
    required,
    fs,
    onProgress: ({ phase }: { readonly phase: MigrationPhase }) => phases.add(phase),
  };
  const plan = await planMigration(homes, { required, fs });
  const migrated = await migrate(homes, options);
  const shared = await codesOf(() => validateAll(homes, { required, fs }));
  const sharedSync = await codesOf(() => validateAllSync(homes, { required, fs }));
  const isLinked = homes.map((home) => fs.lstatSync(join(home, 'projects'), big).isSymbolicLink());
  const after = await diagnose(sessionId, spare);
  const running = join(spare, 'sessions', '7.json');
  makeFile(fs, running, JSON.stringify({ sessionId }));
  const { sessions } = await findLiveSessions(homes, { fs });
  fs.unlinkSync(running);
  const { homes: retained } = await inspectRetention(homes, { required, fs });
  const united = lengths();

  const restorePlan = await planRestore(work, { required, fs });
  const restored = await restore(work, options);
  const { restorePoints } = await listRestorePoints([spare], { fs });
  const path = restorePoints[0]?.path ?? '';
  const deletePlan = await planDelete(path, { fs });
  const deleted = await deleteRestorePoint(path, { fs, onProgress: options.onProgress });
  const archived = await archive(options);
  fs.unlinkSync(join(spare, transcript));
  const lost = await diagnose(sessionId, spare);
  const unarchived = await unarchive(sessionId, { required, fs });

  return {
    refused,
    before,
    plans: [plan.ok, restorePlan.ok, deletePlan.ok],
    outcomes: [migrated, restored, deleted, archived, unarchived].map(({ outcome }) => outcome),
    phases: [...phases],
    shared,
    sharedSync,
    isLinked,
    after,
    live: sessions.map(({ pid, sessionId: id }) => [pid, id === sessionId]),
    retained: retained.length,
    lengths: [...united, ...lengths()],
    isGone: path !== '' && !fs.existsSync(path),
    lost,
    args: resumeCommand(sessionId, { accountHome: spare, cwd }).args,
  };
}

const big = { bigint: true } as const;

function makeFile(fs: AnyFs, path: string, content: string): void {
  const segments = path.split('/').slice(1, -1);
  segments.reduce((above, segment) => {
    const directory = `${above}/${segment}`;
    if (!fs.existsSync(directory)) fs.mkdirSync(directory, { mode: 0o700 });
    return directory;
  }, '');
  fs.writeFileSync(path, content);
}

function textAt(fs: AnyFs, path: string): string {
  return String(fs.readFileSync(path, 'utf8'));
}

/** One line of a transcript. */
function message(number: number): string {
  const line = {
    type: 'user',
    uuid: uuidOf(number),
    parentUuid: number === 1 ? null : uuidOf(number - 1),
    sessionId,
    timestamp: `2026-11-01T10:00:0${number}.000Z`,
    message: { role: 'user', content: 'Hello' },
  };
  return `${JSON.stringify(line)}\n`;
}

function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-00000000000${number}`;
}

type Call = () => unknown;

/** The codes of all errors of a call; none where it is fine. */
async function codesOf(call: Call): Promise<readonly string[]> {
  try {
    await call();
    return [];
  } catch (error) {
    if (!isSharedStateError(error)) throw error;
    return error.problems.map(({ code }) => code);
  }
}
