import { withTrailingSep } from '../../paths.ts';

/** What the caller decided about conflicts: paths of files and directories in the homes. */
export interface Choices {
  readonly shared: readonly string[];
  readonly home: readonly string[];
}

export const noChoices: Choices = { shared: [], home: [] };

/** The choice that a path, in any of its spellings, is subject to; the home's side if both are named. */
export function choiceFor(
  choices: Choices,
  spellings: readonly string[],
): 'shared' | 'home' | undefined {
  if (choices.home.some((choice) => isAtOrBelow(spellings, choice))) return 'home';
  return choices.shared.some((choice) => isAtOrBelow(spellings, choice)) ? 'shared' : undefined;
}

function isAtOrBelow(spellings: readonly string[], choice: string): boolean {
  const prefix = withTrailingSep(choice);
  return spellings.some((path) => withTrailingSep(path).startsWith(prefix));
}
