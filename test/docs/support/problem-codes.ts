import { failoverProblems } from '../../../src/failover/failover-problem.ts';
import { migrationProblems } from '../../../src/migrate/problems.ts';
import { problemTable } from '../../../src/problem.ts';
import { interfaceIn } from './source.ts';

const sources = [
  ['src/problems/links.ts', 'LinkProblems'],
  ['src/problems/directories.ts', 'DirectoryProblems'],
  ['src/problems/retention.ts', 'RetentionProblems'],
  ['src/problems/input.ts', 'InputProblems'],
] as const;

/** The problem codes as the source documents them: groups in which the meaning of each code stands. */
export const problemGroups = sources.map(([path, name]) => interfaceIn(path, name));

/** The codes that only `./migrate` has. */
export const migrationProblemGroups = [
  { ...interfaceIn('src/migrate/problems.ts', 'Fields'), doc: 'Migrating and archiving.' },
];

/** A table for each group of problem codes, in Markdown. */
export function problemCodeTables(): string {
  return tablesOf(problemGroups);
}

/** The same for the codes that only migrating has. */
export function migrationProblemTables(): string {
  return tablesOf(migrationProblemGroups);
}

/** The codes that only a failover has. */
export const failoverProblemGroups = [
  interfaceIn('src/problems/failover-terminals.ts', 'FailoverTerminalProblems'),
  interfaceIn('src/problems/failover-accounts.ts', 'FailoverAccountProblems'),
];

/** A table of them. */
export function failoverProblemTables(): string {
  return tablesOf(failoverProblemGroups);
}

function tablesOf(groups: typeof problemGroups): string {
  return groups
    .map(({ doc = '', members }) => {
      const rows = members.map(({ name, doc }) => rowFor(name, doc));
      return [`**${doc}**`, '', ...heading, ...rows].join('\n');
    })
    .join('\n\n');
}

const heading = [
  '| code | severity | remedy | what it means | what to do |',
  '|---|---|---|---|---|',
];

const tellings = new Map(
  Object.entries({ ...problemTable, ...migrationProblems, ...failoverProblems }),
);

function rowFor(code: string, meaning: string | undefined): string {
  const telling = tellings.get(code);
  if (telling === undefined || meaning === undefined) throw new Error(`${code} is not documented`);
  const { severity, remedy, advice } = telling;
  const cells = [`\`${code}\``, severity, `\`${remedy}\``, meaning, adviceText(advice)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** What to do, in a table: some advice depends on the fields of the problem. */
export function adviceText(advice: unknown): string {
  return typeof advice === 'string' ? advice : 'See its `message`.';
}
