import { failoverProblems } from '../../../src/failover/failover-problem.ts';
import { migrationProblems } from '../../../src/migrate/problems.ts';
import { problemTable } from '../../../src/links/problem.ts';
import { memberOf } from '../../../src/core/json.ts';
import { interfaceIn, type Member } from './source.ts';

const sources = [
  ['src/links/link-problems.ts', 'LinkProblems'],
  ['src/links/directory-problems.ts', 'DirectoryProblems'],
  ['src/links/retention-problems.ts', 'RetentionProblems'],
  ['src/core/argument-problems.ts', 'ArgumentProblems'],
] as const;

/** The problem codes as the source documents them: groups in which the meaning of each code stands. */
export const problemGroups = sources.map(([path, name]) => interfaceIn(path, name));

const migrationProblemFields = interfaceIn('src/migrate/problems.ts', 'Fields');
/** The codes that only `./migrate` has. */
export const migrationProblemGroups = [migrationProblemFields];

/** A table for each group of problem codes, in Markdown. */
export function problemCodeTables(): string {
  return tablesOf(problemGroups);
}

/** A table of the codes that only migrating has, without advice: some of it depends on the case. */
export function migrationProblemTables(): string {
  return tableOf(migrationProblemFields.members, headings.slice(0, -1));
}

/** The codes that only a failover has. */
export const failoverProblemGroups = [
  interfaceIn('src/failover/terminal-problems.ts', 'FailoverTerminalProblems'),
  interfaceIn('src/failover/account-problems.ts', 'FailoverAccountProblems'),
];

/** A table of them. */
export function failoverProblemTables(): string {
  return tablesOf(failoverProblemGroups);
}

function tablesOf(groups: typeof problemGroups): string {
  return groups
    .map(({ doc = '', members }) => `**${doc}**\n\n${tableOf(members, headings)}`)
    .join('\n\n');
}

const headings = ['code', 'severity', 'remedy', 'what it means', 'what to do'] as const;

function tableOf(members: readonly Member[], columns: readonly string[]): string {
  const rows = [columns, columns.map(() => '---'), ...members.map(cellsFor)];
  return rows
    .map((cells) => cells.slice(0, columns.length).map((cell) => cell.replaceAll('|', '\\|')))
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const tellings = new Map(
  Object.entries({ ...problemTable, ...migrationProblems, ...failoverProblems }),
);

function cellsFor({ name: code, doc: meaning }: Member): readonly string[] {
  const telling = tellings.get(code);
  if (telling === undefined || meaning === undefined) throw new Error(`${code} is not documented`);
  const { severity, remedy, advice } = telling;
  return [`\`${code}\``, severity, `\`${remedy}\``, meaning, adviceText(advice)];
}

/** What to do, in a table: some advice depends on the fields of the problem. */
export function adviceText(advice: unknown): string {
  const forApi = memberOf(advice, 'api') ?? advice;
  return typeof forApi === 'string' ? forApi : 'See its `message`.';
}
