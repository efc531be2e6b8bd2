import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { projectKey } from 'claude-shared-state/sessions';
import { refuses, type Scenario } from './scenario.ts';
import { conversation, sessionId, type Stage, underKey, write } from './stage.ts';

const longAgo = new Date(Date.now() - 40 * 86_400_000);

export const aboutIds: readonly Scenario[] = [
  { name: 'all is well', resumes: true, set: () => {} },
  {
    name: 'the id has no hyphens',
    code: 'session-id-invalid',
    resumes: refuses,
    set: () => ({ id: sessionId.replaceAll('-', '') }),
  },
  {
    name: 'the id has white space around it',
    resumes: true,
    set: () => ({ id: ` ${sessionId}\t` }),
  },
  {
    name: 'the id is in upper case, the file in lower case',
    code: 'transcript-missing',
    resumes: refuses,
    set: () => ({ id: sessionId.toUpperCase() }),
  },
  {
    name: 'the id and the file are in upper case',
    resumes: true,
    set: ({ transcript }) => {
      const id = sessionId.toUpperCase();
      renameSync(transcript, transcript.replace(sessionId, id));
      return { id };
    },
  },
  titled('the title of a session', () => 'A title of it', { resumes: true }),
  titled('its title in other upper and lower case', () => ' a TITLE of it', { resumes: true }),
  titled('a part of its title', () => 'title of', {
    code: 'session-id-invalid',
    resumes: refuses,
  }),
  titled('an earlier title of it', () => 'An earlier title', {
    code: 'session-id-invalid',
    resumes: refuses,
  }),
  {
    name: 'the id is the title of two sessions',
    code: 'session-id-invalid',
    resumes: refuses,
    set: (stage) => {
      entitle(stage);
      const other = sessionId.replace(/^./, 'f');
      const transcript = underKey(stage.projects, projectKey(stage.cwd), other);
      write(transcript, readFileSync(stage.transcript, 'utf8').replaceAll(sessionId, other));
      return { id: 'A title of it' };
    },
  },
  {
    name: 'the id is the title of a session of another directory',
    code: 'session-id-invalid',
    resumes: refuses,
    set: (stage) => {
      entitle(stage);
      mkdirSync(stage.path('second'));
      return { id: 'A title of it', cwd: stage.path('second') };
    },
  },
  titled('the path of the transcript', ({ transcript }) => transcript, { resumes: true }),
  named('x.jsonl', { code: 'found-conditionally path', resumes: true }),
  named(`./${sessionId}.JSONL`, { code: 'found-conditionally path', resumes: true }),
  named('x.txt', { code: 'session-id-invalid', resumes: refuses }),
  named(
    `${sessionId.replace(/^./, 'f')}.jsonl`,
    { code: 'transcript-unusable empty', resumes: refuses },
    '',
  ),
  {
    name: 'the transcript is nowhere',
    code: 'transcript-missing',
    resumes: refuses,
    set: ({ transcript }) => rmSync(transcript),
  },
  {
    name: 'the transcript is nowhere, and the last prompt was 40 days ago',
    code: 'transcript-missing',
    resumes: refuses,
    set: ({ transcript, accountA, cwd }) => {
      rmSync(transcript);
      const prompt = { display: 'Hello', timestamp: longAgo.getTime(), project: cwd, sessionId };
      write(`${accountA}/history.jsonl`, `${JSON.stringify(prompt)}\n`);
      return { options: { accountHomes: [accountA] } };
    },
  },
  {
    name: 'the transcript is 40 days old, and so is its file history',
    code: 'about-to-expire',
    resumes: true,
    set: ({ transcript, accountB }) => {
      utimesSync(transcript, longAgo, longAgo);
      write(`${accountB}/file-history/${sessionId}/backup@v1`, 'before');
      utimesSync(`${accountB}/file-history/${sessionId}`, longAgo, longAgo);
    },
  },
  {
    name: 'only the directory of the session is left',
    code: 'transcript-missing',
    resumes: refuses,
    set: ({ transcript, projects }) => {
      rmSync(transcript);
      write(`${underKey(projects, '-elsewhere').slice(0, -'.jsonl'.length)}/subagents/a.jsonl`, '');
    },
  },
];

/** A scenario in which something else than an id is given to `--resume`, and the session has a title. */
function titled(
  name: string,
  id: (stage: Stage) => string,
  expected: Pick<Scenario, 'code' | 'resumes'>,
): Scenario {
  return {
    name: `the id is ${name}`,
    ...expected,
    set: (stage) => {
      entitle(stage);
      return { id: id(stage) };
    },
  };
}

/** A scenario in which a file outside the home is named, with the conversation or with another content. */
function named(id: string, expected: Pick<Scenario, 'code' | 'resumes'>, text?: string): Scenario {
  return {
    name: `the id is the path of ${text === undefined ? 'a conversation' : 'an empty file'}, ${id}`,
    ...expected,
    set: ({ transcript, cwd }) => {
      rmSync(transcript);
      write(join(cwd, id), text ?? conversation(cwd));
      return { id };
    },
  };
}

function entitle({ transcript }: Stage): void {
  const titles = ['An earlier title', 'A title of it'].map(
    (customTitle) => `${JSON.stringify({ type: 'custom-title', customTitle, sessionId })}\n`,
  );
  appendFileSync(transcript, titles.join(''));
}
