import type { Problem } from '../index.ts';
import type { MigrationProblem } from '../migrate/index.ts';
import { migrationProblems } from '../migrate/migration-problem.ts';
import { problemTable } from '../problem.ts';
import type { SessionProblem } from '../sessions/index.ts';
import { sessionProblems } from '../sessions/session-problem.ts';

/** A problem of any call. */
export type AnyProblem = Problem | MigrationProblem | SessionProblem;

const tables = { ...problemTable, ...migrationProblems, ...sessionProblems };

/** What the library says of its calls and options, in words of the command. */
const inCommandWords: readonly (readonly [ofTheLibrary: string, ofTheCommand: string])[] = [
  [' with migrate, of claude-shared-state/migrate', ': migrate does that'],
  [
    'merge the directory into the shared target, then let validateAll make the link',
    'migrate brings it into the shared target, and makes the link',
  ],
  ['merge that directory into the shared target', 'migrate brings it into the shared target'],
  ['let validateAll make', 'let ensure make'],
  ['validateAll makes', 'ensure makes'],
  ["with live: 'merge'", 'with --live merge'],
  ['with acceptRetention', 'with --accept-retention'],
  ['in keepBoth', 'with --keep-both'],
  ['inspectAll says', 'doctor says'],
  ['Call migrate again first', 'Run migrate again first'],
  ['Call retireOriginals with it again', 'Run retire with it again'],
  ['Call again', 'Run the same command again'],
  ['then call again', 'then run the same command again'],
  ['and call again', 'and run the same command again'],
  ['Pass requiredSharedUnder(root) as `required`', 'Name another place with --root'],
  [', or pass `processInspector` to have it looked at', ''],
  ['Pass programVersion to be told of one version only', 'Name yours with --claude-version'],
];

/** What is to be done about a problem, for somebody who types commands. */
export function adviceFor({ code }: { readonly code: AnyProblem['code'] }): string {
  return reworded(tables[code].advice);
}

/** A message of the library for somebody who types commands. */
export function messageFor({ code, message }: Pick<AnyProblem, 'code' | 'message'>): string {
  const { advice } = tables[code];
  if (!message.endsWith(advice)) return message;
  // The rest holds paths, which stay as they are.
  const told = message
    .slice(0, message.length - advice.length)
    .replace(/^keepBoth names/, '--keep-both names')
    // Where a message quotes another one, that has its full stop already.
    .replace(/\.\. $/, '. ');
  return told + reworded(advice);
}

/** The problem as plain data, with the same message. */
export function asData<Told extends AnyProblem>(problem: Told): Told {
  return { ...problem, message: messageFor(problem) };
}

function reworded(text: string): string {
  return inCommandWords.reduce((told, [from, to]) => told.replaceAll(from, to), text);
}

/** Each problem once, though several homes have it; errors first. */
export function distinct<Told extends AnyProblem>(problems: readonly Told[]): readonly Told[] {
  const once = new Map(problems.map((one) => [`${one.code} ${one.message}`, one] as const));
  return [...once.values()].toSorted(
    (one, other) => Number(other.severity === 'error') - Number(one.severity === 'error'),
  );
}
