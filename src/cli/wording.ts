import type { Problem } from '../index.ts';
import type { MigrationProblem } from '../migrate/index.ts';
import { escapeControl } from '../core/paths.ts';
import { problemTable } from '../links/problem.ts';
import type { SessionProblem } from '../sessions/index.ts';
import type { LinkProblem } from './print-links.ts';

/** A problem of any call. */
export type AnyProblem = Problem | MigrationProblem | SessionProblem;

/** The library's calls and options, and the command's words for them. */
const inCommandWords: readonly (readonly [ofTheLibrary: string, ofTheCommand: string])[] = [
  [' with migrate, of claude-shared-state/migrate', ': migrate does that'],
  [
    'merge the directory into the shared target, then let validateAll make the link',
    'migrate brings it into the shared target, and makes the link',
  ],
  ['merge that directory into the shared target', 'migrate brings it into the shared target'],
  ['let validateAll make', 'let ensure make'],
  ['validateAll makes', 'ensure makes'],
  // `restore` says it, too, but only `migrate` can. Its next steps name the option.
  [" To migrate while it runs, pass live: 'merge'.", ''],
  ['with acceptRetention', 'with --accept-retention'],
  [
    'Pass this path in preferShared to share the other one, or in preferHome to share this one',
    'Name this path with --prefer-shared to share the other one, or with --prefer-home to share this one',
  ],
  [
    'or pass this path in preferShared or preferHome',
    'or name this path with --prefer-shared or --prefer-home',
  ],
  ['or pass acceptOtherTarget', 'or use --accept-other-target'],
  [', or pass uid if this is intended', ''],
  ['Run migrate with that target', 'Run migrate with the --root or --shared of that target'],
  ['inspectAll says', 'doctor says'],
  ['Call again', 'Run the same command again'],
  ['then call again', 'then run the same command again'],
  ['and call again', 'and run the same command again'],
  ['Pass requiredSharedUnder(root) as `required`', 'Name another place with --root'],
  [', or pass `processInspector` to have it looked at', ''],
  ['Pass programVersion to be told of one version only', 'Name yours with --claude-version'],
  // Where a message quotes another one, that has its full stop already.
  ['.. ', '. '],
];

/** What to do about a broken link, for somebody who types commands. */
export function adviceFor(problem: LinkProblem): string {
  const { advice } = problemTable[problem.code];
  return reworded(typeof advice === 'string' ? advice : advice(problem));
}

/** The message of a problem, for somebody who types commands. Paths in it stay as they are. */
export function messageFor(problem: Pick<AnyProblem, 'message'>): string {
  return pathsIn(problem)
    .reduce<readonly string[]>(splitOff, [problem.message])
    .map((part, index) => (index % 2 === 0 ? reworded(part) : part))
    .join('');
}

/** The problem as plain data, with the command's message. */
export function asData<Any extends AnyProblem>(problem: Any): Any {
  return { ...problem, message: messageFor(problem) };
}

/** The paths of a problem as its message spells them, the longest first. */
function pathsIn(problem: object): readonly string[] {
  return Object.entries(problem)
    .flatMap(([key, value]: readonly [string, unknown]) =>
      key !== 'message' && typeof value === 'string' && value.includes('/')
        ? [escapeControl(value)]
        : [],
    )
    .toSorted((first, second) => second.length - first.length);
}

/** Splits a path off the parts of a text; parts with an odd index are paths. */
function splitOff(parts: readonly string[], path: string): readonly string[] {
  return parts.flatMap((part, index) =>
    index % 2 === 0
      ? part.split(path).flatMap((text, count) => (count === 0 ? [text] : [path, text]))
      : [part],
  );
}

function reworded(text: string): string {
  return inCommandWords.reduce((words, [from, to]) => words.replaceAll(from, to), text);
}

/** Each problem once, even if several homes have it; errors first. */
export function distinct<Any extends AnyProblem>(problems: readonly Any[]): readonly Any[] {
  const once = new Map(problems.map((one) => [`${one.code} ${one.message}`, one] as const));
  return [...once.values()].toSorted(
    (one, other) => Number(other.severity === 'error') - Number(one.severity === 'error'),
  );
}
