import {
  type AtPath,
  error,
  type Failed,
  type ProblemTable,
  text,
  warning,
} from '../core/problem.ts';

/** What can be wrong with a transcript that is found. */
export interface TranscriptFileProblems {
  /**
   * The transcript is empty.
   *
   * Recognised: its content: 0 bytes, or white space.
   */
  readonly 'transcript-empty': AtPath;
  /**
   * The transcript has no message, only lines about queue and title and the like.
   *
   * Recognised: its content: no line of type user, assistant, attachment or system with a time; from 2.1.223, or thereabouts, none with a text, or with a part that has a type.
   */
  readonly 'transcript-without-messages': AtPath;
  /**
   * The transcript has messages of sub-agents only.
   *
   * Recognised: its content: `isSidechain` in every message.
   */
  readonly 'transcript-only-side-chains': AtPath;
  /**
   * What was said last in the transcript has no time that parses, so the program does not find the conversation.
   *
   * Recognised: its content: the last user or assistant line has no `timestamp` that parses.
   */
  readonly 'transcript-undated': AtPath;
  /**
   * A line lacks what the program takes for granted, such as a message its content: it fails with an error of its own; from 2.1.223, or thereabouts, over titles and snapshots of files only.
   *
   * Recognised: its content: a user or assistant line without `message.content`, an attachment line without `attachment`, and the like, that is the last, or that another follows; a line that is `null`; a title that is no text; a file-history-snapshot line of a message without `snapshot`.
   */
  readonly 'transcript-malformed': AtPath;
  /**
   * The conversation was rewound to before its first message: it resumes, with an empty conversation.
   *
   * Recognised: its content: behind the last message, a last-prompt line with `"leafUuid": null` and `"explicit": true`.
   */
  readonly 'transcript-rewound': AtPath;
  /**
   * The conversation ran under more than one organization: versions from 2.1.223, or thereabouts, resume it under none.
   *
   * Recognised: its content: hybrid-organization lines with different UUIDs.
   */
  readonly 'several-organizations': AtPath;
  /**
   * Claude has ended the conversation: versions from 2.1.223, or thereabouts, do not go on with it.
   *
   * Recognised: its content: an ended-by-model line with the `sessionId` of the last message.
   */
  readonly 'conversation-ended': AtPath;
  /**
   * The session was started in Code Mode, which is experimental, and is to be resumed in print mode: versions from 2.1.223, or thereabouts, refuse.
   *
   * Recognised: its content: the last repl-mode line says true. Only where `interactive` is false.
   */
  readonly 'code-mode-printed': AtPath;
  /**
   * No line of the transcript is JSON.
   *
   * Recognised: its content: no line is a JSON object.
   */
  readonly 'transcript-garbage': AtPath;
  /**
   * A directory, a FIFO, a socket or a device has the name of the transcript: the program fails, or waits for ever.
   *
   * Recognised: `stat`.
   */
  readonly 'transcript-not-a-file': AtPath;
  /**
   * The transcript, or a directory on the way, cannot be read: to the program it is not there.
   *
   * Recognised: the call that failed: `open` of the file, `stat` in the directory, or listing `projects`.
   */
  readonly 'transcript-unreadable': AtPath & Failed;
  /**
   * The transcript cannot be written: the session would resume, and its new turns would be lost without an error.
   *
   * Recognised: `access` for writing: modes, owners, and mounts that are read-only.
   */
  readonly 'transcript-unwritable': AtPath & Failed;
  /**
   * The last line is torn: up to 2.1.222, or thereabouts, the program glues its next record to it and loses that.
   *
   * Recognised: its content: the last line has no newline and is no JSON.
   */
  readonly 'transcript-torn': AtPath;
  /**
   * The beginning is missing: the transcript starts with an answer to something that is not in it.
   *
   * Recognised: its content: the first message names a parent that is not there, and nothing was compacted.
   */
  readonly 'transcript-fragment': AtPath;
  /**
   * The conversation ran under one organization: versions from 2.1.223, or thereabouts, refuse to resume it unless the account belongs to that one; with an API key they always refuse.
   *
   * Recognised: its content: hybrid-organization lines, all with one UUID. To which organization a home belongs cannot be told from its files.
   */
  readonly 'organization-bound': AtPath & {
    /** Its UUID. */
    readonly organization: string;
  };
  /**
   * Two processes have gone on with the session, or it was rewound: the program follows one branch only.
   *
   * Recognised: its content: several replies that no other reply follows.
   */
  readonly 'transcript-forked': AtPath & { readonly leaves: number };
}

const another = 'Choose another session, or restore this transcript from a backup.';

const content = (state: string) =>
  error<AtPath>('choose-session', (p) => text`the transcript ${p.path} ` + state, another);

export const transcriptFileProblems: ProblemTable<TranscriptFileProblems> = {
  'transcript-empty': content('is empty'),
  'transcript-without-messages': content('holds no message'),
  'transcript-only-side-chains': content('holds messages of sub-agents only'),
  'transcript-undated': content('holds messages without a time'),
  'transcript-malformed': content('holds a line that the program fails over'),
  'transcript-rewound': content('was rewound to before its first message'),
  'several-organizations': content('ran under more than one organization'),
  'conversation-ended': content('holds a conversation that Claude has ended'),
  'code-mode-printed': error(
    'choose-session',
    (p) => text`the transcript ${p.path} was started in Code Mode`,
    'Resume it on a terminal, with CLAUDE_CODE_EXPERIMENTAL_CODE_MODE=1, or choose another session.',
  ),
  'transcript-garbage': content('holds no line of JSON'),
  'transcript-not-a-file': error(
    'manual',
    (p) => text`${p.path} is not a file`,
    'Find out who made it, and move it away.',
  ),
  'transcript-unreadable': error(
    'manual',
    (p) => text`${p.path} cannot be read (${p.errno})`,
    'Give this user the right to read it, and to search the directories above it.',
  ),
  'transcript-unwritable': error(
    'manual',
    (p) => text`${p.path} cannot be written (${p.errno}), and new turns would be lost`,
    'Give this user the right to write it, or make the mount writable.',
  ),
  'transcript-torn': warning(
    (p) => text`the last line of ${p.path} is torn`,
    'Resume with Claude Code 2.1.223 or newer, which mends it first.',
  ),
  'transcript-fragment': warning(
    (p) => text`${p.path} lacks its beginning`,
    'Look for the rest in the other homes before you go on with it.',
  ),
  'organization-bound': warning(
    (p) => text`${p.path} ran under organization ${p.organization}`,
    'Resume it under an account of that organization only.',
  ),
  'transcript-forked': warning(
    (p) => text`${p.path} has ${String(p.leaves)} ends`,
    'Check after the resume that the conversation is the branch you mean.',
  ),
};
