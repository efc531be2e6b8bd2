import { projectKey } from 'claude-shared-state/sessions';
import { parseResumeUUID, type ResumeUUID, validateAllSync } from 'claude-shared-state';
import { at, makeDirectory, makeFile, requiredIn, type World } from '../support/world.ts';

/** Two linked homes with a session in the shared place. */
export interface SessionStage {
  readonly id: ResumeUUID;
  readonly cwd: string;
  readonly homes: readonly [string, string];
  readonly projects: string;
  readonly transcript: string;
}

export const id = idOf('0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');

export function setSession(world: World): SessionStage {
  const homes = [at(world, 'a'), at(world, 'b')] as const;
  const cwd = makeDirectory(world, at(world, 'work'));
  makeDirectory(world, at(world, 'shared'));
  validateAllSync(homes, { required: requiredIn(world), fs: world.fs });
  const projects = at(world, 'shared/.claude-projects-shared');
  const transcript = transcriptIn(projects, projectKey(cwd));
  makeFile(world, transcript, message());
  return { id, cwd, homes, projects, transcript };
}

/** Where the transcript is in a directory of projects. */
export function transcriptIn(projects: string, key: string, name: string = id): string {
  return `${projects}/${key}/${name}.jsonl`;
}

/** One line of a transcript. */
export function message(more: Readonly<Record<string, unknown>> = {}): string {
  const line = {
    type: 'user',
    uuid: '00000000-0000-4000-8000-000000000001',
    parentUuid: null,
    timestamp: '2026-11-01T10:00:00.000Z',
    message: { role: 'user', content: 'Hello' },
    ...more,
  };
  return `${JSON.stringify(line)}\n`;
}

export function idOf(text: string): ResumeUUID {
  const parsed = parseResumeUUID(text);
  if (parsed === undefined) throw new Error(`${text} is no id`);
  return parsed;
}
