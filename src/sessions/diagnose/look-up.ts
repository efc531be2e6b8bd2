import { isAtOrBelow } from '../../core/paths.ts';
import type { Transcript, TranscriptPath } from '../find-transcripts.ts';
import { type Homes, isDefaultHome, type ProgramBehavior } from '../program.ts';
import { isDirectoryName, keyOf, MAX_KEY_LENGTH } from '../project-key.ts';
import type { ReadTranscript } from '../transcript/read-transcript.ts';
import { stateOf, type TranscriptState } from '../transcript/summary.ts';

/** A transcript at one of its paths, and what is in it. */
export interface Candidate {
  readonly at: TranscriptPath;
  readonly transcript: Transcript;
  readonly content: CandidateContent;
}

/** What is in a transcript, or why nothing is known of it. */
type CandidateContent =
  | ({ readonly kind: 'read' } & ReadTranscript)
  | { readonly kind: 'not-a-file' }
  | { readonly kind: 'unreadable'; readonly errno: string };

/** What a range of versions would make of a candidate. */
export function stateIn(
  behavior: ProgramBehavior,
  { content }: Candidate,
): TranscriptState | 'not-a-file' | 'unreadable' {
  return content.kind === 'read' ? stateOf(content.evidence, behavior) : content.kind;
}

/** Where the program's search ends. */
export type LookUp =
  | { readonly end: 'found' | 'blocked'; readonly candidate: Candidate }
  | { readonly end: 'several'; readonly candidates: readonly [Candidate, ...Candidate[]] }
  | { readonly end: 'nothing' };

/** A project that the program searches first. */
interface OwnProject {
  readonly key: string;
  /** The working directory it belongs to; absent if the environment names the project. */
  readonly directory?: string;
}

/** Where the program is started. */
export interface StartingPoint {
  /** A real path. */
  readonly cwd: string;
  /** The working directories of the repository. */
  readonly worktrees: readonly string[];
  readonly homes: Homes;
  /** The transcript that is named by its path. */
  readonly file?: string | undefined;
  /** `CLAUDE_CODE_PROJECT_DIR_NAME` in the environment. */
  readonly projectDirName: string | undefined;
}

/**
 * Looks for a session as the program does, among the candidates of one home.
 *
 * The first usable one in a project of its own wins. A newer program then wants exactly one in all projects that looks
 * like a conversation, and does not follow links inside `projects`. Seen on 2.1.197 and 2.1.329.
 */
export function lookUp(
  behavior: ProgramBehavior,
  candidates: readonly Candidate[],
  from: StartingPoint,
): LookUp {
  const [named] = candidates;
  if (from.file !== undefined && named !== undefined) {
    return { end: stateIn(behavior, named) === 'usable' ? 'found' : 'blocked', candidate: named };
  }
  const byKey = new Map(candidates.map((candidate) => [candidate.at.projectKey, candidate]));
  for (const project of ownProjects(behavior, from)) {
    const candidate = byKey.get(project.key) ?? underOtherHash(project, behavior, candidates);
    if (candidate === undefined) continue;
    const state = stateIn(behavior, candidate);
    if (state === 'not-a-file' || state === 'rewound' || state === 'missing-uuid') {
      return { end: 'blocked', candidate };
    }
    if (state === 'usable') return { end: 'found', candidate };
  }
  if (!behavior.searchesAllProjects) return { end: 'nothing' };
  const [candidate, ...others] = candidates.filter(
    (found) => !isBehindLink(found) && looksLikeMessages(found),
  );
  if (candidate === undefined) return { end: 'nothing' };
  return others.length === 0
    ? { end: 'found', candidate }
    : { end: 'several', candidates: [candidate, ...others] };
}

/**
 * The projects that the program searches first, in its order: the name from the environment, unless it runs under the
 * default home; the working directory; its worktree; the other worktrees by path. Seen on 2.1.197 and 2.1.329.
 */
export function ownProjects(
  {
    readsProjectDirName,
    searchesWorktrees,
  }: Pick<ProgramBehavior, 'readsProjectDirName' | 'searchesWorktrees'>,
  { cwd, worktrees: all, homes, projectDirName }: StartingPoint,
): readonly OwnProject[] {
  const isRenamed =
    readsProjectDirName &&
    projectDirName !== undefined &&
    isDirectoryName(projectDirName) &&
    !isDefaultHome(homes);
  const worktrees = searchesWorktrees ? all : [];
  const directories = new Set([
    cwd,
    ...worktrees.filter((path) => isAtOrBelow(cwd, path)),
    ...worktrees.toSorted((first, second) => first.localeCompare(second)),
  ]);
  return [
    ...(isRenamed ? [{ key: projectDirName }] : []),
    ...[...directories].map((directory) => ({ key: keyOf(directory), directory })),
  ];
}

/**
 * For a key that was cut, a directory that ends in another hash will do: any for an older program; for a newer one that
 * of a transcript which names this very working directory.
 */
function underOtherHash(
  { key, directory }: OwnProject,
  { checksCutKeys }: ProgramBehavior,
  candidates: readonly Candidate[],
): Candidate | undefined {
  if (key.length <= MAX_KEY_LENGTH) return undefined;
  const beginning = key.slice(0, MAX_KEY_LENGTH + 1);
  return candidates.find(
    ({ at, content }) =>
      at.projectKey.startsWith(beginning) &&
      !at.isInLinkedDirectory &&
      (!checksCutKeys || (content.kind === 'read' && content.content.cwd === directory)),
  );
}

/** Whether the search in all projects skips it. */
export function isBehindLink({ at }: Candidate): boolean {
  return at.isLink || at.isInLinkedDirectory;
}

function looksLikeMessages({ content }: Candidate): boolean {
  return content.kind === 'read' && content.looksLikeMessages;
}
