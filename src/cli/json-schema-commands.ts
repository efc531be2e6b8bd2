import {
  amount,
  days,
  homePlans,
  link,
  listOf,
  liveSession,
  object,
  oneOf,
  outcome,
  path,
  problems,
  restorePoints,
  type Schema,
  steps,
  text,
  time,
  transcriptFields,
  truth,
  unmerged,
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
            { target: path, expiredCount: amount, unreadable: amount },
            { nextToExpire: object({ path, modifiedAt: time, expiresAt: time }), errno: text },
          ),
        },
      ),
      liveSessions: listOf(liveSession),
      restorePoints,
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
        unmerged,
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
        restorePoints: listOf(path),
        unmerged,
      }),
    },
  ],
  restore: [
    {
      ...planned,
      plan: listOf(
        object(
          {
            ok: truth,
            accountHome: path,
            entries: listOf(
              object({ name: text, path, target: path, copy: amount, copyBytes: amount }),
            ),
            problems,
            spaceNeeded: amount,
          },
          { restorePoint: path },
        ),
      ),
      reports: listOf(
        object({
          ok: truth,
          outcome,
          accountHome: path,
          restored: listOf(text),
          problems,
          unmerged,
        }),
      ),
    },
  ],
  'restore-points': [{ restorePoints, problems, next: steps }],
  prune: [
    {
      ...planned,
      plan: listOf(
        object({
          ok: truth,
          restorePoint: path,
          deletable: amount,
          kept: listOf(text),
          problems,
        }),
      ),
      reports: listOf(
        object({
          ok: truth,
          outcome,
          restorePoint: path,
          deleted: amount,
          kept: listOf(text),
          problems,
        }),
      ),
    },
  ],
  archive: [{ ...planned, archive: path, added: amount, unchanged: amount }],
  unarchive: [{ ...planned, sessionId: text }, { path }],
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
      artifacts: listOf(
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
