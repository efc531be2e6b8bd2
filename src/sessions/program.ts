/*
 * What differs between versions of Claude Code. Seen on 2.1.197 and 2.1.329, which the end-to-end
 * tests run; the release in between is from its notes.
 */

/** The versions of Claude Code that the end-to-end tests run, oldest first. */
export const TestedClaudeVersions: readonly string[] = /* @__PURE__ */ Object.freeze([
  '2.1.197',
  '2.1.329',
]);

/** How a version looks for a session. */
export type LookUpRule =
  /** Under the key of the working directory and those of its worktrees only. */
  | 'own-projects'
  /** After these, in all projects; from 2.1.223. */
  | 'all-projects';

/** Which versions follow a rule, for people. */
export const rulesInWords: Readonly<Record<LookUpRule, string>> = {
  'own-projects': 'Claude Code before 2.1.223',
  'all-projects': 'Claude Code from 2.1.223',
};

const FIRST_WITH_ALL_PROJECTS = [2, 1, 223] as const;
const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/;

/** The rules to be reckoned with: one for a known version, both for an unknown one. */
export function lookUpRules(programVersion: string | undefined): readonly LookUpRule[] {
  if (programVersion === undefined) return ['own-projects', 'all-projects'];
  return [isAtLeast(FIRST_WITH_ALL_PROJECTS, programVersion) ? 'all-projects' : 'own-projects'];
}

export function isProgramVersion(text: unknown): text is string {
  return typeof text === 'string' && VERSION.test(text);
}

function isAtLeast(first: readonly number[], version: string): boolean {
  const numbers = (VERSION.exec(version) ?? []).slice(1).map(Number);
  const differing = first.findIndex((number, index) => number !== numbers[index]);
  return differing === -1 || (numbers[differing] ?? 0) > (first[differing] ?? 0);
}
