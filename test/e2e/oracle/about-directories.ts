import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { projectKey } from 'claude-shared-state/sessions';
import { bySearch, changing, refuses, type Scenario } from './scenario.ts';
import { conversation, sessionId, type Stage, underKey, write } from './stage.ts';

/** Moves the transcript to the project of another working directory. */
function moveTo({ transcript, projects }: Stage, cwd: string): void {
  const moved = underKey(projects, projectKey(cwd));
  mkdirSync(dirname(moved), { recursive: true });
  renameSync(transcript, moved);
}

function git(cwd: string, ...args: readonly string[]): void {
  const name = ['-c', 'user.name=x', '-c', 'user.email=x@localhost'];
  execFileSync('git', [...name, ...args], { cwd, stdio: 'pipe' });
}

function makeRepository(directory: string): void {
  git(directory, 'init', '--quiet');
  git(directory, 'commit', '--quiet', '--allow-empty', '--message', 'first');
}

/** Found through the list of worktrees. */
const inWorktrees = changing(false, ['2.1.166', true]);

export const aboutDirectories: readonly Scenario[] = [
  {
    name: 'the transcript belongs to another working directory',
    code: changing('wrong-working-directory other-project', ['2.1.223', 'other-copies']),
    resumes: bySearch,
    set: (stage) => {
      moveTo(stage, '/elsewhere');
      // A side-by-side copy in another account must not disturb the search in this one.
      rmSync(`${stage.accountA}/projects`);
      write(underKey(`${stage.accountA}/projects`, '-elsewhere'), conversation('/elsewhere'));
      return { options: { accountHomes: [stage.accountA] } };
    },
  },
  {
    name: 'the transcript belongs to another worktree of the same repository',
    resumes: inWorktrees,
    set: (stage) => {
      makeRepository(stage.cwd);
      git(stage.cwd, 'worktree', 'add', '--quiet', stage.path('second'));
      moveTo(stage, stage.path('second'));
      // So that the search in all projects would not find just one.
      write(underKey(stage.projects, '-decoy'), conversation('/decoy'));
    },
    code: changing('wrong-working-directory other-project', [
      '2.1.166',
      'found-conditionally worktree',
    ]),
  },
  {
    name: 'the transcript belongs to the main worktree, and the directory is below a second one',
    resumes: inWorktrees,
    set: (stage) => {
      makeRepository(stage.cwd);
      git(stage.cwd, 'worktree', 'add', '--quiet', stage.path('second'));
      mkdirSync(stage.path('second/below'));
      write(underKey(stage.projects, '-decoy'), conversation('/decoy'));
      return { cwd: stage.path('second/below') };
    },
    code: changing('wrong-working-directory other-project', ['2.1.166', 'other-copies']),
  },
  {
    name: 'the transcript belongs to a directory inside another worktree',
    code: changing('wrong-working-directory other-project', [
      '2.1.223',
      'wrong-working-directory several-copies',
    ]),
    resumes: refuses,
    set: (stage) => {
      makeRepository(stage.cwd);
      git(stage.cwd, 'worktree', 'add', '--quiet', stage.path('second'));
      moveTo(stage, stage.path('second/below'));
      write(underKey(stage.projects, '-decoy'), conversation('/decoy'));
    },
  },
  {
    name: 'two other projects have a transcript of the session',
    code: changing('wrong-working-directory other-project', [
      '2.1.223',
      'wrong-working-directory several-copies',
    ]),
    resumes: refuses,
    set: (stage) => {
      moveTo(stage, '/elsewhere');
      write(underKey(stage.projects, '-third'), conversation('/third'));
    },
  },
  {
    name: 'two other projects have one, and one of them is empty',
    code: changing('wrong-working-directory other-project', ['2.1.223', 'other-copies']),
    resumes: bySearch,
    set: (stage) => {
      moveTo(stage, '/elsewhere');
      write(underKey(stage.projects, '-third'), '');
    },
  },
  {
    name: 'the own project has one, and another one, too',
    code: 'other-copies',
    resumes: true,
    set: ({ projects }) => void write(underKey(projects, '-elsewhere'), conversation('/elsewhere')),
  },
  {
    name: 'the own one is empty, and another project has a good one',
    code: changing('wrong-working-directory other-project', ['2.1.223', 'other-copies']),
    resumes: bySearch,
    set: (stage) => {
      moveTo(stage, '/elsewhere');
      write(stage.transcript, '');
    },
  },
  {
    name: 'the transcript is in another project, and has lines of the system only',
    code: changing(
      'transcript-unusable metadata-only',
      ['2.1.173', 'wrong-working-directory other-project'],
      ['2.1.223', 'wrong-working-directory no-messages'],
    ),
    resumes: refuses,
    set: (stage) => {
      moveTo(stage, '/elsewhere');
      const timestamp = '2026-11-01T10:00:00.000Z';
      write(
        underKey(stage.projects, projectKey('/elsewhere')),
        `${JSON.stringify({ type: 'system', content: 'x', timestamp, uuid: sessionId })}\n`,
      );
    },
  },
  {
    name: 'a .git directory that is none is below the repository of the transcript',
    code: changing('wrong-working-directory other-project', [
      '2.1.166',
      'found-conditionally worktree',
    ]),
    resumes: inWorktrees,
    set: (stage) => {
      makeRepository(stage.cwd);
      mkdirSync(stage.path('work/below/.git'), { recursive: true });
      write(underKey(stage.projects, '-decoy'), conversation('/decoy'));
      return { cwd: stage.path('work/below') };
    },
  },
  {
    name: 'a .git file that is none is below the repository of the transcript',
    code: changing('wrong-working-directory other-project', [
      '2.1.223',
      'wrong-working-directory several-copies',
    ]),
    resumes: refuses,
    set: (stage) => {
      makeRepository(stage.cwd);
      write(stage.path('work/below/.git'), 'nothing of the kind');
      write(underKey(stage.projects, '-decoy'), conversation('/decoy'));
      return { cwd: stage.path('work/below') };
    },
  },
  ofSpoiledRepository('an empty HEAD', 'HEAD', ''),
  ofSpoiledRepository('a HEAD of zeros', 'HEAD', '\0'.repeat(41)),
  ofSpoiledRepository('a torn config', 'config', '[core'),
  {
    name: 'the working directory is a link to that of the session',
    resumes: true,
    set: ({ cwd, path }) => {
      symlinkSync(cwd, path('link-to-work'));
      return { cwd: path('link-to-work') };
    },
  },
  {
    name: 'the working directory is missing',
    code: 'working-directory-unusable',
    resumes: refuses,
    set: ({ path }) => ({ cwd: path('exited') }),
  },
  {
    name: 'the working directory is a file',
    code: 'working-directory-unusable',
    resumes: refuses,
    set: ({ path }) => ({ cwd: write(path('file'), '') }),
  },
  {
    name: 'the key is cut, and the transcript is under it',
    resumes: true,
    set: (stage) => {
      const cwd = longDirectory(stage);
      moveTo(stage, cwd);
      return { cwd };
    },
  },
  {
    name: 'the key is cut, and the transcript is under one that ends in another hash',
    resumes: true,
    code: 'other-copies',
    set: (stage) => underOtherHash(stage, longDirectory(stage)),
  },
  {
    name: 'the same, and the transcript names another working directory',
    resumes: changing(true, ['2.1.224', false]),
    code: changing('other-copies', ['2.1.224', 'wrong-working-directory several-copies']),
    set: (stage) => underOtherHash(stage, '/elsewhere'),
  },
  {
    name: 'the environment names the project, and the transcript is there',
    resumes: changing(false, ['2.1.224', true]),
    code: changing(
      'wrong-working-directory other-project',
      ['2.1.223', 'wrong-working-directory several-copies'],
      ['2.1.224', 'other-copies'],
    ),
    set: (stage) => {
      write(underKey(stage.projects, 'named'), conversation(stage.cwd));
      renameSync(dirname(stage.transcript), `${stage.projects}/-decoy`);
      return {
        environment: { CLAUDE_CODE_PROJECT_DIR_NAME: 'named' },
        options: { environment: { CLAUDE_CODE_PROJECT_DIR_NAME: 'named' } },
      };
    },
  },
];

/** A scenario in which git gives up at the repository. */
function ofSpoiledRepository(name: string, file: string, content: string): Scenario {
  return {
    name: `the transcript belongs to another worktree, and the repository has ${name}`,
    code: changing('wrong-working-directory other-project', [
      '2.1.223',
      'wrong-working-directory several-copies',
    ]),
    resumes: refuses,
    set: (stage) => {
      makeRepository(stage.cwd);
      git(stage.cwd, 'worktree', 'add', '--quiet', stage.path('second'));
      moveTo(stage, stage.path('second'));
      write(underKey(stage.projects, '-decoy'), conversation('/decoy'));
      write(stage.path('work/.git', file), content);
    },
  };
}

/** Puts the transcript under a key that was cut, as another runtime may hash it. */
function underOtherHash(stage: Stage, recordedCwd: string) {
  const cwd = longDirectory(stage);
  const key = `${projectKey(cwd).slice(0, 201)}other1`;
  write(underKey(stage.projects, key), conversation(recordedCwd));
  renameSync(dirname(stage.transcript), `${stage.projects}/-decoy`);
  return { cwd };
}

function longDirectory({ path }: Stage): string {
  const cwd = path('x'.repeat(120), 'y'.repeat(120));
  mkdirSync(cwd, { recursive: true });
  return cwd;
}
