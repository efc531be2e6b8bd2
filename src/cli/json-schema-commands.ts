import {
  amount,
  days,
  homePlans,
  leftovers,
  link,
  listOf,
  liveSession,
  object,
  oneOf,
  originals,
  outcome,
  path,
  problems,
  type Schema,
  steps,
  text,
  time,
  transcriptFields,
  truth,
} from './json-schema-parts.ts';

/** What each command tells besides what all of them do: its members, and those that may be absent. */
export type Members = Readonly<Record<string, Schema>>;

const inHome = { accountHome: path, ok: truth, links: listOf(link), problems };
const verdict = oneOf('resumable', 'resumable-with-warnings', 'not-resumable');
const planned = { problems, outcome, next: steps };

export const commands: Readonly<Record<string, readonly [members: Members, optional?: Members]>> = {
  doctor: [
    {
      homes: listOf(object({ ...inHome, wouldCreate: listOf(path) })),
      retention: object(
        {
          homes: listOf(
            object({
              accountHome: path,
              settings: path,
              periodDays: days,
              source: oneOf('settings', 'default'),
            }),
          ),
          periodDays: days,
        },
        {
          transcripts: object(
            { target: path, due: amount, unreadable: amount },
            { next: object({ path, modified: time, due: time }), errno: text },
          ),
        },
      ),
      liveSessions: listOf(liveSession),
      unfinished: listOf(
        object({ accountHome: path, path, state: oneOf('pending', 'returning', 'retiring') }),
      ),
      problems,
      next: steps,
    },
  ],
  ensure: [
    { dryRun: truth, homes: listOf(object(inHome)), problems, next: steps },
    { created: listOf(path), wouldCreate: listOf(path) },
  ],
  migrate: [
    {
      plan: object({
        ok: truth,
        homes: homePlans,
        problems,
        liveSessions: listOf(liveSession),
        spaceNeeded: amount,
        leftovers,
      }),
      outcome,
      next: steps,
    },
    {
      report: object({
        ok: truth,
        outcome,
        homes: homePlans,
        problems,
        originals: listOf(path),
        leftovers,
      }),
    },
  ],
  restore: [
    {
      ...planned,
      plan: listOf(
        object({
          accountHome: path,
          names: listOf(
            object({
              name: text,
              path,
              target: path,
              state: oneOf('aside', 'arrived', 'back'),
              originals: path,
            }),
          ),
          liveSessions: listOf(liveSession),
        }),
      ),
      reports: listOf(
        object({
          ok: truth,
          outcome,
          accountHome: path,
          restored: listOf(text),
          problems,
          leftovers,
        }),
      ),
    },
  ],
  originals: [{ originals, problems, next: steps }],
  retire: [
    {
      ...planned,
      plan: originals,
      reports: listOf(
        object({
          ok: truth,
          outcome,
          originals: path,
          removed: amount,
          kept: listOf(text),
          problems,
        }),
      ),
    },
  ],
  why: [
    {
      sessionId: text,
      cwd: path,
      homes: listOf(
        object(
          { accountHome: path, verdict, problems },
          {
            transcript: object({
              path,
              projectKey: text,
              ...transcriptFields,
              content: { type: 'object', description: 'what the content comes to' },
            }),
          },
        ),
      ),
      next: steps,
    },
  ],
  where: [
    {
      sessionId: text,
      transcripts: listOf(object(transcriptFields)),
      leftovers: listOf(
        object({ kind: oneOf('session-directory', 'session-env', 'file-history'), path }),
      ),
      unreadable: listOf(object({ path, errno: text }, { accountHome: path })),
      next: steps,
    },
  ],
  resume: [
    { sessionId: text, accountHome: path, cwd: path, verdict, problems, next: steps },
    {
      resume: object({
        file: text,
        args: listOf(text),
        env: { type: 'object', additionalProperties: text },
        unset: listOf(text),
        cwd: path,
        shell: text,
      }),
    },
  ],
};
