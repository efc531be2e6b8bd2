import type { LookUpRule } from '../program.ts';
import { type SessionProblem, sessionProblem } from '../session-problem.ts';
import type { Candidate } from './look-up.ts';

/** What is wrong with the content, as far as it keeps the session from being resumed. */
export function contentProblems({ name: { path }, content }: Candidate): readonly SessionProblem[] {
  switch (content.state) {
    case 'usable':
      return [];
    case 'empty':
      return [sessionProblem('transcript-empty', { path })];
    case 'bookkeeping':
      return [sessionProblem('transcript-without-messages', { path })];
    case 'side-chains':
      return [sessionProblem('transcript-only-side-chains', { path })];
    case 'undated':
      return [sessionProblem('transcript-undated', { path })];
    case 'rewound':
      return [sessionProblem('transcript-rewound', { path })];
    case 'garbage':
      return [sessionProblem('transcript-garbage', { path })];
    case 'not-a-file':
      return [sessionProblem('transcript-not-a-file', { path })];
    case 'unreadable':
      return [sessionProblem('transcript-unreadable', { path, errno: content.errno })];
    default:
      return content satisfies never;
  }
}

/** Why one of the versions does not go on with a transcript that is usable otherwise. */
export function refusals(
  rule: LookUpRule,
  { name: { path }, content }: Candidate,
  interactive: boolean,
): readonly SessionProblem[] {
  if (content.state !== 'usable') return [];
  const { hasMalformedTurn, hasMalformedNote, organizations, isEnded, isCodeMode, isUntyped } =
    content.details;
  const malformed = [sessionProblem('transcript-malformed', { path })];
  switch (rule) {
    case 'own-projects':
      return hasMalformedTurn ? malformed : [];
    case 'all-projects':
      return [
        ...(isUntyped ? [sessionProblem('transcript-without-messages', { path })] : []),
        ...(hasMalformedNote ? malformed : []),
        ...(organizations.length > 1 ? [sessionProblem('several-organizations', { path })] : []),
        ...(isEnded ? [sessionProblem('conversation-ended', { path })] : []),
        ...(isCodeMode && !interactive ? [sessionProblem('code-mode-printed', { path })] : []),
      ];
    default:
      return rule satisfies never;
  }
}
