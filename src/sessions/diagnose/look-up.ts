import type { LookUpRule } from '../program.ts';
import { LONGEST_KEY } from '../project-key.ts';
import type { OwnProject } from './own-projects.ts';
import type { TranscriptContent } from '../transcript/content.ts';
import type { Transcript, TranscriptName } from '../transcripts.ts';

/** A transcript under one of its names, and what is in it. */
export interface Candidate {
  readonly name: TranscriptName;
  readonly transcript: Transcript;
  readonly content: Content;
}

/** What the program would make of a transcript. */
export type Content =
  | {
      readonly state: TranscriptContent['state'];
      readonly details: TranscriptContent;
      /** Whether the search in all projects takes it for one with messages. */
      readonly looksLikeMessages: boolean;
    }
  | { readonly state: 'not-a-file' }
  | { readonly state: 'unreadable'; readonly errno: string };

/** Where the program's search ends. */
export type LookUp =
  | { readonly end: 'found'; readonly candidate: Candidate }
  | { readonly end: 'blocked'; readonly candidate: Candidate }
  | { readonly end: 'several'; readonly candidates: readonly [Candidate, ...Candidate[]] }
  | { readonly end: 'nothing' };

/**
 * Looks for a session as the program does, among the candidates of one home.
 *
 * The first usable one in a project of its own wins; a newer program then wants exactly one in all
 * projects that looks as if it held messages, and does not follow links inside `projects`.
 * Seen on 2.1.197 and 2.1.329.
 *
 * @param own - The projects of the working directory and of its worktrees, in the program's order.
 */
export function lookUp(
  rule: LookUpRule,
  candidates: readonly Candidate[],
  own: readonly OwnProject[],
): LookUp {
  const byKey = new Map(candidates.map((one) => [one.name.projectKey, one]));
  for (const project of own) {
    const candidate = byKey.get(project.key) ?? underOtherHash(project, rule, candidates);
    if (candidate === undefined) continue;
    const { state } = candidate.content;
    if (state === 'not-a-file' || state === 'rewound') return { end: 'blocked', candidate };
    if (isUsable(rule, candidate)) return { end: 'found', candidate };
  }
  if (rule === 'own-projects') return { end: 'nothing' };
  const real = candidates.filter((one) => !isBehindLink(one) && looksLikeMessages(one));
  const [candidate, ...others] = real;
  if (candidate === undefined) return { end: 'nothing' };
  return others.length === 0
    ? { end: 'found', candidate }
    : { end: 'several', candidates: [candidate, ...others] };
}

/**
 * For a key that was cut, a directory that ends in another hash will do: to an older program any, to a
 * newer one that of a transcript which names this very working directory.
 */
function underOtherHash(
  { key, directory }: OwnProject,
  rule: LookUpRule,
  candidates: readonly Candidate[],
): Candidate | undefined {
  if (key.length <= LONGEST_KEY) return undefined;
  const beginning = key.slice(0, LONGEST_KEY + 1);
  return candidates.find(
    ({ name, content }) =>
      name.projectKey.startsWith(beginning) &&
      !name.isInLinkedDirectory &&
      (rule === 'own-projects' || ('details' in content && content.details.cwd === directory)),
  );
}

/** A newer program does not see messages whose content has no type. */
function isUsable(rule: LookUpRule, { content }: Candidate): boolean {
  if (content.state !== 'usable') return false;
  return rule === 'own-projects' || !content.details.isUntyped;
}

/** Whether the search in all projects skips it. */
export function isBehindLink({ name }: Candidate): boolean {
  return name.isLink || name.isInLinkedDirectory;
}

function looksLikeMessages({ content }: Candidate): boolean {
  return 'looksLikeMessages' in content && content.looksLikeMessages;
}
