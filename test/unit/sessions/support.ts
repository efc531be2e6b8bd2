import { projectKey } from 'claude-shared-state/sessions';
import { type ResumeUUID, validateAllSync } from 'claude-shared-state';
import { theId as id } from '../support/session-id.ts';
import { at, makeDirectory, makeFile, requiredIn, type World } from '../support/world.ts';

/** Two linked homes with a session in the shared place. */
export interface SessionStage {
  readonly id: ResumeUUID;
  readonly cwd: string;
  readonly homes: readonly [string, string];
  readonly projects: string;
  readonly transcript: string;
}

export { theId as id } from '../support/session-id.ts';

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
