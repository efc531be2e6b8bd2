import { renameSync, rmSync, utimesSync } from 'node:fs';
import { refuses, type Scenario } from './scenario.ts';
import { sessionId, underKey, write } from './stage.ts';

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
    code: 'session-id-invalid',
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
