import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { refuses, type Scenario } from './scenario.ts';
import { conversation, relink, type Stage, write } from './stage.ts';

function mount(...args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}

function unmount(path: string): void {
  execFileSync('umount', [path], { stdio: 'pipe' });
}

/** Puts the shared projects on a small file system of their own, with the transcript on it. */
function mountShared({ projects, transcript, cwd }: Stage): void {
  mount('-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'none', projects);
  write(transcript, conversation(cwd));
}

/** Shows a home at a second place, as a container does, for as long as the scenario lasts. */
function bound(stage: Stage, second = stage.path('in', 'container')) {
  mkdirSync(second, { recursive: true });
  mount('--bind', stage.accountB, second);
  return { accountHome: second, undo: () => unmount(second) };
}

export const aboutMounts: readonly Scenario[] = [
  {
    name: 'the home is mounted elsewhere, and its links are absolute',
    resumes: true,
    set: (stage) => bound(stage),
  },
  {
    name: 'the home is mounted elsewhere, and its links are relative',
    code: 'projects-link-wrong',
    resumes: refuses,
    set: (stage) => {
      relink(join(stage.accountB, 'projects'), '../.claude-projects-shared');
      return bound(stage);
    },
  },
  {
    name: 'the shared target is not mounted in the container',
    code: 'transcript-missing',
    resumes: refuses,
    set: (stage) => {
      const empty = stage.path('empty');
      mkdirSync(empty);
      mount('--bind', empty, stage.projects);
      return { undo: () => unmount(stage.projects) };
    },
  },
  {
    name: 'the shared target is a mount, and it is there',
    resumes: true,
    set: (stage) => {
      mountShared(stage);
      return { undo: () => unmount(stage.projects) };
    },
  },
  {
    name: 'the shared target is mounted read-only',
    code: 'transcript-inaccessible write',
    resumes: refuses,
    set: (stage) => {
      mountShared(stage);
      mount('-o', 'remount,ro', stage.projects);
      return { undo: () => unmount(stage.projects) };
    },
  },
  {
    name: 'the home is mounted read-only, and the shared target is not',
    resumes: true,
    set: (stage) => {
      mount('-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'none', stage.accountB);
      for (const { name, target } of stage.required) {
        symlinkSync(target, join(stage.accountB, name));
      }
      mount('-o', 'remount,ro', stage.accountB);
      return { undo: () => unmount(stage.accountB) };
    },
  },
  {
    name: 'the shared target is mounted in the place of the link',
    code: 'state-not-shared projects',
    resumes: true,
    set: (stage) => {
      const place = join(stage.accountB, 'projects');
      rmSync(place);
      mkdirSync(place);
      mount('--bind', stage.projects, place);
      return { undo: () => unmount(place) };
    },
  },
];
