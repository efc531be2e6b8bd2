/** What each command does, in short for the list and in full for its own help. */
export const commandHelp = {
  doctor: {
    summary: 'say how the homes stand, and what to type next (the default)',
    text: 'Looks at links, permissions, retention, running sessions and the permissions of auto-memory. Changes nothing.',
  },
  ensure: {
    summary: 'make the links and directories that are missing',
    text: 'Makes the links and directories that are missing, and refuses what is wrong. It never removes, moves or replaces anything.',
  },
  migrate: {
    summary: 'move the state of the homes to the shared directories',
    text: 'Shows what will happen to every directory, asks, moves its content to the shared directory and puts a link in its place. Nothing is lost, and the same command completes a run that was stopped.',
  },
  restore: {
    summary: 'give homes directories of their own again',
    text: 'Shows which directories come back, asks, and replaces the links of each home by directories of its own, with everything that is shared by now. The shared directories keep everything.',
  },
  'restore-points': {
    summary: 'list what migrations set aside',
    text: 'Lists the restore points: the directories that migrations set aside in the homes. They are a way back, not a backup.',
  },
  prune: {
    summary: 'delete restore points',
    text: 'Shows what will be deleted, asks, and deletes the files that are proved to be in the shared directories. Other files are kept and listed. After that there is no way back.',
  },
  archive: {
    summary: 'keep shared transcripts beyond their retention period',
    text: 'Adds the shared transcripts to an archive that Claude Code never cleans up. They are linked, not copied, so this is cheap enough to run daily.',
  },
  unarchive: {
    summary: 'bring a session back from the archive',
    text: 'Brings the transcript of one session back to its project, with a fresh time. It refuses if a different transcript of the session is there.',
  },
  why: {
    summary: 'say why a session can or cannot be resumed',
    text: 'Says, for each home or for the one --under, whether Claude Code would resume the session, and if not, why not.',
  },
  where: {
    summary: 'say where the transcripts of a session are',
    text: 'Lists every file that is a transcript of the session, in all homes and in the shared place.',
  },
  resume: {
    summary: 'print the command that resumes a session',
    text: 'Prints the command that resumes the session, and nothing else on the standard output. Runs nothing.',
  },
  schema: {
    summary: 'print the JSON Schema of what --json tells',
    text: 'Prints the JSON Schema of what the commands tell with --json.',
  },
} as const;

export const exitCodesHelp = `
Exit codes:
  0  healthy, or done
  1  problems were found, or it was refused or declined
  2  the command line cannot be carried out
  3  a run that began did not come to its end; the same command completes it

Without --home the homes are ~/.claude and ~/.claude-*, as far as they bear a mark
of Claude Code; without --root and --shared the shared place is in your home directory.
`;
