import {
  type AccountReport,
  ensureForAccount,
  ensureForAccountSync,
  inspectAll,
  inspectAllSync,
  isSharedStateError,
  type LinkFs,
  type LinkFsSync,
  type Problem,
  type SharedStateError,
  type SharedSymlink,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';

type Homes = readonly [string, ...string[]];

/** Where a call works: a world, or one seen through another file system. */
interface Stage {
  readonly fs: LinkFsSync & { readonly promises: LinkFs };
}

/** What came of a call: the reports, and the error if it threw one. */
export interface Result {
  readonly reports: readonly AccountReport[];
  readonly error: SharedStateError | undefined;
}

type Looking = (stage: Stage, homes: Homes, required: readonly SharedSymlink[]) => Promise<Result>;
type Ensuring = (stage: Stage, homes: Homes, required: readonly SharedSymlink[]) => Promise<Result>;

/** The calls that only look. */
export const lookingCalls: Readonly<Record<string, Looking>> = {
  inspectAll: ({ fs }, homes, required) =>
    outcome(async () => await inspectAll(homes, { required, fs })),
  inspectAllSync: ({ fs }, homes, required) =>
    outcome(() => inspectAllSync(homes, { required, fs })),
};

/** The calls for many homes that put right what is safe. */
export const validatingCalls: Readonly<Record<string, Ensuring>> = {
  validateAll: ({ fs }, homes, required) =>
    outcome(async () => await validateAll(homes, { required, fs })),
  validateAllSync: ({ fs }, homes, required) =>
    outcome(() => validateAllSync(homes, { required, fs })),
};

/** All calls that put right what is safe; those for one home take the first one. */
export const ensuringCalls: Readonly<Record<string, Ensuring>> = {
  ...validatingCalls,
  ensureForAccount: ({ fs }, [home], required) =>
    outcome(async () => [await ensureForAccount(home, { required, fs })]),
  ensureForAccountSync: ({ fs }, [home], required) =>
    outcome(() => [ensureForAccountSync(home, { required, fs })]),
};

async function outcome(
  call: () => readonly AccountReport[] | Promise<readonly AccountReport[]>,
): Promise<Result> {
  try {
    return { reports: await call(), error: undefined };
  } catch (error) {
    if (!isSharedStateError(error)) throw error;
    return { reports: error.reports, error };
  }
}

/** The code of a problem, with the field that says which case of it. */
export function caseOf(problem: Problem): string {
  switch (problem.code) {
    case 'directory-missing':
      return `${problem.role}-missing`;
    case 'directory-unusable':
      return `${problem.role}-${problem.reason}`;
    case 'directories-overlap':
      return `${problem.role}-inside-${problem.otherRole}`;
    case 'dangling-link':
    case 'link-blocked':
      return `link-${problem.state}`;
    default:
      return problem.code;
  }
}

/** The cases of all problems, sorted, each once. */
export function codesOf({ reports, error }: Result): readonly string[] {
  const problems = error?.problems ?? reports.flatMap((report) => report.problems);
  return [...new Set(problems.map(caseOf))].toSorted();
}
