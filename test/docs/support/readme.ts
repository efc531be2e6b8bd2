import { readFileSync } from 'node:fs';
import { benchTables } from './bench-table.ts';
import { errorMessage } from './error-message.ts';
import {
  failoverProblemTables,
  migrationProblemTables,
  problemCodeTables,
} from './problem-codes.ts';
import { resumeProblemTables } from './resume-problems.ts';
import { pathInRepository } from './source.ts';

export const readmePath = pathInRepository('README.md');
export const readme = readFileSync(readmePath, 'utf8');

/** The README with everything between the markers written anew from the source. */
export async function regenerate(text: string): Promise<string> {
  const sections = {
    'problem-codes': problemCodeTables(),
    'migration-problems': migrationProblemTables(),
    'failover-problems': failoverProblemTables(),
    'error-message': await errorMessage(),
    'resume-problems': resumeProblemTables(),
    bench: benchTables(),
  };
  return Object.entries(sections).reduce(
    (text, [name, section]) => replaceSection(text, name, section),
    text,
  );
}

function replaceSection(text: string, name: string, section: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [head, rest] = text.split(start);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`README.md lacks ${start}`);
  return `${head}${start}\n${section}\n${end}${tail}`;
}
