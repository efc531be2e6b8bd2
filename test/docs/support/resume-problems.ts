import { sessionProblems } from '../../../src/sessions/session-problem.ts';
import { adviceText } from './problem-codes.ts';
import { interfaceIn } from './source.ts';

const sources = [
  ['src/sessions/transcript-place-problems.ts', 'TranscriptPlaceProblems'],
  ['src/sessions/transcript-file-problems.ts', 'TranscriptFileProblems'],
  ['src/sessions/resume-surroundings-problems.ts', 'ResumeSurroundingsProblems'],
  ['src/sessions/live-session-problems.ts', 'LiveSessionProblems'],
] as const;

const tellings = new Map(Object.entries(sessionProblems));

/** A table for each group of causes, in Markdown: what it is, how it is recognised, and what helps. */
export function resumeProblemTables(): string {
  return sources
    .map(([path, name]) => {
      const { doc = '', members } = interfaceIn(path, name);
      const rows = members.map((member) => rowFor(member.name, member.doc ?? ''));
      return [`**${doc}**`, '', ...heading, ...rows].join('\n');
    })
    .join('\n\n');
}

const heading = [
  '| code | resumes | cause | how it is recognised | what to do | `remedy` |',
  '|---|---|---|---|---|---|',
];

function rowFor(code: string, doc: string): string {
  const telling = tellings.get(code);
  const [cause = '', recognised] = doc.split(' Recognised: ');
  if (telling === undefined || recognised === undefined) {
    throw new Error(`${code} is not documented`);
  }
  const { severity, remedy, advice } = telling;
  const resumes = severity === 'error' ? 'no' : 'yes';
  const how = recognised.charAt(0).toUpperCase() + recognised.slice(1);
  const cells = [`\`${code}\``, resumes, cause, how, adviceText(advice), `\`${remedy}\``];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
