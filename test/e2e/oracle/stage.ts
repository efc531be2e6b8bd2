import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { requiredSharedUnder, type SharedSymlink, validateAllSync } from 'claude-shared-state';
import { projectKey } from 'claude-shared-state/sessions';

/** Two linked account homes, a working directory, and one session in the shared place: all is well. */
export interface Stage {
  readonly id: string;
  readonly cwd: string;
  readonly accountA: string;
  /** The home under which the session is to be resumed. */
  readonly accountB: string;
  readonly required: readonly SharedSymlink[];
  /** The shared target of `projects`. */
  readonly projects: string;
  /** The transcript of the session, under the key of `cwd`. */
  readonly transcript: string;
  readonly path: (...segments: readonly string[]) => string;
}

export const sessionId = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
export const said = ['The password is swordfish.', 'I shall remember it.'] as const;

export function setStage(root: string): Stage {
  const path = (...segments: readonly string[]) => join(root, ...segments);
  const cwd = path('work');
  const required = requiredSharedUnder(root);
  const projects = path('.claude-projects-shared');
  const transcript = join(projects, projectKey(cwd), `${sessionId}.jsonl`);
  const [accountA, accountB] = [path('account-a'), path('account-b')];
  fs.mkdirSync(cwd, { recursive: true });
  validateAllSync([accountA, accountB], { required });
  write(transcript, conversation(cwd));
  return { id: sessionId, cwd, accountA, accountB, required, projects, transcript, path };
}

/** The usual two lines of a conversation. */
export function conversation(cwd: string): string {
  return [line(1, 'user', said[0], cwd), line(2, 'assistant', said[1], cwd)].join('');
}

/** One message in the real format, ending its line; each answers the one before it. */
export function line(
  number: number,
  type: 'user' | 'assistant',
  text: string,
  cwd: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const content = type === 'user' ? text : [{ type: 'text', text }];
  return `${JSON.stringify({
    parentUuid: number === 1 ? null : uuidOf(number - 1),
    isSidechain: false,
    userType: 'external',
    cwd,
    sessionId,
    version: '2.1.197',
    type,
    message:
      type === 'user'
        ? { role: 'user', content }
        : { id: `msg_${number}`, type: 'message', role: 'assistant', model: 'stand-in', content },
    uuid: uuidOf(number),
    timestamp: `2026-11-01T10:00:0${number}.000Z`,
    ...more,
  })}\n`;
}

export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** Writes a file, with the directories above it. */
export function write(path: string, content: string): string {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, content);
  return path;
}

/** Where the transcript would be under another key. */
export function underKey(directory: string, key: string, id = sessionId): string {
  return join(directory, key, `${id}.jsonl`);
}

/** Replaces whatever is at a path by a link. */
export function relink(path: string, storedTarget: string): void {
  fs.rmSync(path, { recursive: true, force: true });
  fs.symlinkSync(storedTarget, path);
}
