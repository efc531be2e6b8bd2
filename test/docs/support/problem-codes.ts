import { failoverProblems } from '../../../src/failover/problems.ts';
import { problemTable } from '../../../src/links/problems.ts';
import { memberOf } from '../../../src/core/json.ts';
import { migrationProblems } from '../../../src/migrate/problems.ts';
import { sessionProblems } from '../../../src/sessions/problems.ts';
import { storeProblems } from '../../../src/store/problems.ts';
import { interfaceIn, type Member, pathInRepository } from './source.ts';

/** Where the codes of each page are declared: the file, and the interface with their fields. */
const sources = {
  links: [
    ['src/links/problems.ts', 'LinkProblems'],
    ['src/links/problems.ts', 'DirectoryProblems'],
    ['src/core/argument-problems.ts', 'ArgumentProblems'],
  ],
  retention: [['src/links/problems.ts', 'RetentionProblems']],
  sessions: [['src/sessions/problems.ts', 'SessionProblemFields']],
  migrate: [
    ['src/migrate/problems.ts', 'Fields'],
    ['src/lock/problems.ts', 'LockProblems'],
  ],
  failover: [['src/failover/problems.ts', 'FailoverProblems']],
  store: [['src/store/problems.ts', 'StoreProblems']],
} as const satisfies Readonly<Record<string, readonly (readonly [string, string])[]>>;

const definitions = new Map(
  Object.entries({
    ...problemTable,
    ...sessionProblems,
    ...migrationProblems,
    ...failoverProblems,
    ...storeProblems,
  }),
);

/** Every code that a call can report. */
export const knownCodes: readonly string[] = [...definitions.keys()];

/** Every code that is documented, with what its doc comment says. */
export const documentedCodes: readonly Member[] = Object.values(sources)
  .flat()
  .flatMap(([path, name]) => interfaceIn(path, name).members);

/** The tables of the codes of one page, in Markdown. */
export function problemTables(page: keyof typeof sources): string {
  return sources[page]
    .map(([path, name]) => {
      const { doc = '', members } = interfaceIn(path, name);
      const rows = [columns, columns.map(() => '---'), ...members.map(cellsFor)];
      const title = sources[page].length > 1 ? [doc, ''] : [];
      return [...title, ...rows.map(rowOf)].join('\n');
    })
    .join('\n\n');
}

const columns = ['code', 'remedy', 'what it means', 'what to do'];

function definitionOf({ name: code, doc: meaning }: Member) {
  const definition = definitions.get(code);
  if (definition === undefined || meaning === undefined) {
    throw new Error(`${code} is not documented`);
  }
  const { severity, remedy, advice } = definition;
  return { code, severity, remedy, meaning, advice };
}

function cellsFor(member: Member): readonly string[] {
  const { code, severity, remedy, meaning, advice } = definitionOf(member);
  return [
    `\`${code}\`${severity === 'warning' ? ' (warning)' : ''}`,
    `\`${remedy}\``,
    meaning,
    // Some advice depends on the fields of the problem.
    adviceFor('api', advice) ?? 'See its `message`.',
  ];
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function adviceFor(audience: 'api' | 'cli', advice: unknown): string | undefined {
  const own = memberOf(advice, audience) ?? advice;
  return typeof own === 'string' ? own : undefined;
}

/** Where `claude-shared-state explain` has the meaning of each code from. */
export const explanationsPath = pathInRepository('src/cli/problem-codes.json');

/** What `explain` says of each code, as JSON. */
export function explanations(): string {
  const all = documentedCodes
    .map((member) => {
      const { meaning, advice, ...definition } = definitionOf(member);
      // Of advice that depends on the case only what is always so.
      const always = adviceFor('cli', advice) ?? 'What to do depends on the case; see the message.';
      return { ...definition, meaning: meaningIn(meaning), advice: always };
    })
    .toSorted((one, other) => (one.code < other.code ? -1 : 1));
  return `[\n${all.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`;
}

/** Without how the problem is recognized, and without marks. */
function meaningIn(doc: string): string {
  return doc
    .replace(/ Recognized: .*| Reported by `inspectAll` only\./, '')
    .replaceAll(/ \(`\w+`\)/g, '')
    .replaceAll('`acceptRetention`', '--accept-retention')
    .replaceAll('`', '')
    .trim();
}
