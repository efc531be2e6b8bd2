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
    summary: 'bring the directories of the homes into the shared place',
    text: 'Shows what happens to every directory, asks, and brings them into the shared place. Nothing is lost, and the same command completes a run that was stopped.',
  },
  restore: {
    summary: 'give homes their own directories back',
    text: 'Shows which directories go back, asks, and gives them back, with everything that was added since. Nothing in the shared place is removed.',
  },
  originals: {
    summary: 'list what migrations have set aside',
    text: 'Lists the originals: what migrations have set aside in the homes. They are the way back, and no backup.',
  },
  retire: {
    summary: 'remove originals that are proved to be shared',
    text: 'Shows the originals, asks, and removes what is proved, byte for byte, to be in the shared place. After that there is no way back.',
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
