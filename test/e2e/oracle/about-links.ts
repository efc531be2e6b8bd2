import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { changing, refuses, type Scenario } from './scenario.ts';
import { conversation, relink, type Stage, write } from './stage.ts';

/** Takes the home off the shared state, and gives it, or not, a directory of its own. */
function unlink({ accountB }: Stage): string {
  const link = join(accountB, 'projects');
  rmSync(link);
  return link;
}

/** The place of the transcript in a directory of projects. */
function placeIn(directory: string, { transcript }: Stage): string {
  return join(directory, basename(dirname(transcript)), basename(transcript));
}

export const aboutLinks: readonly Scenario[] = [
  {
    name: 'projects is missing in this home',
    code: 'projects-link-missing',
    resumes: refuses,
    set: (stage) => void unlink(stage),
  },
  {
    name: 'the home is missing',
    code: 'projects-link-missing',
    resumes: refuses,
    set: ({ path }) => ({ accountHome: path('account-c') }),
  },
  {
    name: 'projects is a relative link to the right place',
    resumes: true,
    set: (stage) => relink(join(stage.accountB, 'projects'), '../.claude-projects-shared/'),
  },
  {
    name: 'projects is a directory of its own, and the transcript is in the shared one',
    code: 'projects-not-linked',
    resumes: refuses,
    set: (stage) => mkdirSync(unlink(stage)),
  },
  {
    name: 'projects is a directory of its own, and holds the transcript',
    code: 'state-not-shared projects',
    resumes: true,
    set: (stage) => {
      write(placeIn(unlink(stage), stage), conversation(stage.cwd));
      rmSync(stage.transcript);
    },
  },
  {
    name: 'projects leads to another place',
    code: 'projects-link-wrong',
    resumes: refuses,
    set: (stage) => {
      mkdirSync(stage.path('elsewhere'));
      relink(join(stage.accountB, 'projects'), stage.path('elsewhere'));
    },
  },
  {
    name: 'projects leads to another place, which holds the transcript',
    code: 'state-not-shared projects',
    resumes: true,
    set: (stage) => {
      write(placeIn(stage.path('elsewhere'), stage), conversation(stage.cwd));
      rmSync(stage.transcript);
      relink(join(stage.accountB, 'projects'), stage.path('elsewhere'));
    },
  },
  {
    name: 'projects leads to nothing',
    code: 'projects-link-wrong',
    resumes: refuses,
    set: (stage) => relink(join(stage.accountB, 'projects'), stage.path('nothing')),
  },
  {
    name: 'projects leads to itself',
    code: 'projects-link-wrong',
    resumes: refuses,
    set: (stage) => relink(join(stage.accountB, 'projects'), join(stage.accountB, 'projects')),
  },
  {
    name: 'projects is a file',
    code: 'projects-link-wrong',
    resumes: refuses,
    set: (stage) => void write(unlink(stage), ''),
  },
  {
    name: 'projects leads to the right place through another link',
    resumes: true,
    set: (stage) => {
      symlinkSync(stage.projects, stage.path('between'));
      relink(join(stage.accountB, 'projects'), stage.path('between'));
    },
  },
  {
    name: 'the home itself is a link',
    resumes: true,
    set: (stage) => {
      symlinkSync(stage.accountB, stage.path('account-link'));
      return { accountHome: stage.path('account-link') };
    },
  },
  {
    name: 'the transcript is in the own directory of another home',
    code: 'transcript-not-shared',
    resumes: refuses,
    set: (stage) => {
      const own = join(stage.accountA, 'projects');
      rmSync(own);
      write(placeIn(own, stage), conversation(stage.cwd));
      rmSync(stage.transcript);
      return { options: { accountHomes: [stage.accountA] } };
    },
  },
  {
    name: 'another home has a longer generation of the session',
    code: 'other-copies',
    resumes: true,
    set: (stage) => {
      const own = join(stage.accountA, 'projects');
      rmSync(own);
      write(placeIn(own, stage), conversation(stage.cwd).repeat(2));
      return { options: { accountHomes: [stage.accountA] } };
    },
  },
  {
    name: 'there is auto-memory behind the link, and nothing allows to edit it',
    code: 'memory-not-permitted',
    resumes: true,
    set: ({ transcript }) => void write(join(dirname(transcript), 'memory', 'MEMORY.md'), '- x\n'),
  },
  {
    name: 'file-history is missing in this home',
    code: 'state-not-shared file-history',
    resumes: true,
    set: ({ accountB }) => rmSync(join(accountB, 'file-history')),
  },
  {
    name: 'session-env leads to nothing',
    code: 'state-not-shared session-env',
    resumes: true,
    set: ({ accountB, path }) => relink(join(accountB, 'session-env'), path('nothing')),
  },
  {
    name: 'the project directory is a link, and is that of the working directory',
    code: 'found-conditionally linked-directory',
    resumes: true,
    set: (stage) => {
      const directory = dirname(stage.transcript);
      renameSync(directory, stage.path('moved'));
      symlinkSync(stage.path('moved'), directory);
    },
  },
  {
    name: 'the project directory is a link, and is that of another working directory',
    code: changing('wrong-working-directory other-project', [
      '2.1.223',
      'wrong-working-directory behind-link',
    ]),
    resumes: refuses,
    set: (stage) => {
      renameSync(dirname(stage.transcript), stage.path('moved'));
      symlinkSync(stage.path('moved'), join(stage.projects, '-elsewhere'));
    },
  },
  {
    name: 'the transcript is a link, and is in another project',
    code: changing('wrong-working-directory other-project', [
      '2.1.223',
      'wrong-working-directory behind-link',
    ]),
    resumes: refuses,
    set: (stage) => {
      renameSync(stage.transcript, stage.path('moved.jsonl'));
      mkdirSync(join(stage.projects, '-elsewhere'));
      symlinkSync(
        stage.path('moved.jsonl'),
        join(stage.projects, '-elsewhere', basename(stage.transcript)),
      );
    },
  },
  {
    name: 'the transcript is a link, and is in the own project',
    resumes: true,
    set: (stage) => {
      renameSync(stage.transcript, stage.path('moved.jsonl'));
      symlinkSync(stage.path('moved.jsonl'), stage.transcript);
    },
  },
];
