import type { LinkState } from '../links/report.ts';
import { type AtPath, error, type ProblemTable, text } from '../core/problem.ts';

interface AtProjects extends AtPath {
  readonly state: LinkState;
  /** Where the transcript lies instead. */
  readonly transcript: string;
}

/** Why the program does not find the transcript of a session. */
export interface TranscriptPlaceProblems {
  /**
   * The id is not of the shape of a UUID: the program takes it for a title.
   *
   * Recognised: the shape of the text: anything but 8-4-4-4-12 hexadecimal digits.
   */
  readonly 'session-id-not-uuid': AtPath & { readonly sessionId: string };
  /**
   * The transcript is there under the same id in other upper and lower case, which is another file. `spelling`: the one that works.
   *
   * Recognised: a file whose name differs from the id in upper and lower case alone.
   */
  readonly 'session-id-other-case': AtPath & { readonly spelling: string };
  /**
   * No home and no shared target has a transcript of this session.
   *
   * Recognised: one `stat` in every project directory of all homes and of the shared target.
   */
  readonly 'transcript-missing': AtPath & { readonly sessionId: string };
  /**
   * The transcript is nowhere, and the session was last used longer ago than the retention keeps transcripts.
   *
   * Recognised: `lastUsed`, or the time of the last prompt in `history.jsonl`, and the smallest `cleanupPeriodDays` of all homes.
   */
  readonly 'transcript-expired': AtPath & {
    readonly lastUsed: string;
    readonly periodDays: number;
  };
  /**
   * The transcript lies where the link `projects`, which this home does not have yet, would lead, or in another home.
   *
   * Recognised: the transcript is in the shared target, and nothing is at `<home>/projects`.
   */
  readonly 'projects-link-missing': AtProjects;
  /**
   * The transcript lies elsewhere, and `projects` in this home is a real directory.
   *
   * Recognised: the transcript is in the shared target, and `<home>/projects` is a directory.
   */
  readonly 'projects-not-linked': AtProjects;
  /**
   * The transcript lies elsewhere, and `projects` in this home leads to another place, to nothing, or is no directory.
   *
   * Recognised: the transcript is in the shared target, and `<home>/projects` is a link to another place or to nothing, or no directory.
   */
  readonly 'projects-link-wrong': AtProjects;
  /**
   * This home leads to the shared state, and the transcript lies in a home that does not.
   *
   * Recognised: the transcript is in another home, and not in the shared target.
   */
  readonly 'transcript-not-shared': AtPath & { readonly accountHome?: string };
  /**
   * Before 2.1.223 the program looks only under the keys of the working directory and of its worktrees; the transcript is under another one. `recordedCwd`: what it names itself.
   *
   * Recognised: the project key of the directory that holds the transcript, beside those of the working directory and its worktrees.
   */
  readonly 'wrong-working-directory': AtPath & { readonly recordedCwd?: string };
  /**
   * From 2.1.223 the program searches all projects and takes a transcript only if there is just one.
   *
   * Recognised: files of this name under several keys in which the text `"type":"user"` or `"type":"assistant"` occurs.
   */
  readonly 'several-copies': AtPath & { readonly copies: readonly string[] };
  /**
   * The transcript, or its project directory, is a link, which the search in all projects skips.
   *
   * Recognised: `lstat` of the file and of its project directory.
   */
  readonly 'transcript-behind-link': AtPath;
  /**
   * The transcript is in another project, and the search in all projects does not take it for a conversation.
   *
   * Recognised: the text `"type":"user"` or `"type":"assistant"` occurs nowhere in it, though it has usable lines.
   */
  readonly 'transcript-passed-over': AtPath;
}

const lies = 'Nothing is lost: ';

export const transcriptPlaceProblems: ProblemTable<TranscriptPlaceProblems> = {
  'session-id-not-uuid': error(
    'choose-session',
    (p) => text`${p.sessionId} is not a session id`,
    'Give an id of the form 8-4-4-4-12 hexadecimal digits, as the program prints it at its exit.',
  ),
  'session-id-other-case': error(
    'choose-session',
    (p) => text`the transcript is ${p.path}, in other upper and lower case`,
    'Resume with the spelling of the file.',
  ),
  'transcript-missing': error(
    'choose-session',
    (p) => text`no home has a transcript of ${p.sessionId}; looked for ${p.path}`,
    'Name all account homes, or choose another session.',
  ),
  'transcript-expired': error(
    'choose-session',
    (p) =>
      text`the transcript ${p.path} is gone, and was last used at ${p.lastUsed}: more than ` +
      `${p.periodDays} days ago, after which the program deletes transcripts`,
    'Choose another session; a longer cleanupPeriodDays in every home keeps the others.',
  ),
  'projects-link-missing': error(
    'ensure',
    (p) => text`the transcript is ${p.transcript}, and ${p.path} is missing`,
    {
      api: `${lies}validateAll creates the link.`,
      cli: `${lies}ensure creates the link.`,
    },
  ),
  'projects-not-linked': error(
    'migrate',
    (p) => text`the transcript is ${p.transcript}, and ${p.path} is a real directory`,
    {
      api: `${lies}merge the directory into the shared target, then let validateAll create the link.`,
      cli: `${lies}migrate moves it into the shared target, and creates the link.`,
    },
  ),
  'projects-link-wrong': error(
    'manual',
    (p) => text`the transcript is ${p.transcript}, and ${p.path} does not lead there (${p.state})`,
    {
      api: `${lies}correct the link; inspectAll says what is wrong with it.`,
      cli: `${lies}correct the link; doctor says what is wrong with it.`,
    },
  ),
  'transcript-not-shared': error(
    'migrate',
    (p) =>
      text`the transcript ${p.path} is in a directory of its own, which this home does not see`,
    {
      api: `${lies}merge that directory into the shared target.`,
      cli: `${lies}migrate moves it into the shared target.`,
    },
  ),
  'wrong-working-directory': error(
    'manual',
    (p) =>
      text`the transcript ${p.path} belongs to another working directory` +
      (p.recordedCwd === undefined ? '' : text` (${p.recordedCwd})`),
    'Resume in that directory, or with Claude Code 2.1.223 or newer.',
  ),
  'several-copies': error(
    'manual',
    (p) => text`several projects hold a transcript of this session: ${p.copies.join(', ')}`,
    'Resume in the working directory of the right one, or set the others aside.',
  ),
  'transcript-passed-over': error(
    'manual',
    (p) => text`the search in all projects passes over the transcript ${p.path}`,
    'Resume in its own working directory.',
  ),
  'transcript-behind-link': error(
    'manual',
    (p) => text`the transcript ${p.path} is behind a link inside projects`,
    'Resume in its own working directory, or link projects itself and nothing in it.',
  ),
};
