import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSharedStateError, requiredSharedUnder, validateAll } from 'claude-shared-state';
import { memfs } from 'memfs';
import { benchTables } from './bench-table.ts';
import { problemTables } from './problem-codes.ts';
import { captureStory, type Screen, screenAsText, type Story } from './screens.ts';
import { pathInRepository } from './source.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { eventMeanings } from '../../../src/cli/failover/events.ts';

/** A row for every command, in Markdown. */
function commandTable(): string {
  const rows = commands.map(({ name, summary }) => `| \`${name}\` | ${summary} |`);
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}

/** A row for every event of the daemon. */
function eventTable(): string {
  const rows = Object.entries(eventMeanings).map(([name, text]) => `| \`${name}\` | ${text} |`);
  return ['| event | what happened |', '|---|---|', ...rows].join('\n');
}

/** What the message of an error looks like, in Markdown. */
async function errorMessage(): Promise<string> {
  const { fs } = memfs({
    '/home/me/.claude-old/projects/-home-me-work/transcript.jsonl': '{}',
    '/home/me/.claude-projects-backup/-home-me-work/transcript.jsonl': '{}',
    '/home/me/.claude-spare/settings.json': '{}',
  });
  fs.symlinkSync('/home/me/.claude-projects-backup', '/home/me/.claude-spare/projects');
  const error: unknown = await validateAll(['/home/me/.claude-spare', '/home/me/.claude-old'], {
    required: requiredSharedUnder('/home/me'),
    fs,
  }).catch((reason: unknown) => reason);
  if (!isSharedStateError(error)) throw new Error('a divergent link was not refused');
  return ['```text', error.message, '```'].join('\n');
}

/** Every page of documentation, by its path in the repository. */
export const pages: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  ...['.github', 'src', 'test'].flatMap(pagesBelow),
];

export function pageText(page: string): string {
  return readFileSync(pathInRepository(page), 'utf8');
}

const screen = (name: keyof Story) => async () => screenAsText((await captureStory())[name]);

/** What is written into pages by the source, between markers of these names. */
const sections: Readonly<Record<string, () => string | Promise<string>>> = {
  bench: benchTables,
  commands: commandTable,
  'error-message': errorMessage,
  'failover-events': eventTable,
  'failover-problems': () => problemTables('failover'),
  'link-problems': () => problemTables('links'),
  'migration-problems': () => problemTables('migrate'),
  'retention-problems': () => problemTables('retention'),
  'screen-migrate': async () => screenAsText(withoutPlan(await captureStory())),
  'screen-plan': screen('plan'),
  'session-problems': () => problemTables('sessions'),
  'store-problems': () => problemTables('store'),
};
export const sectionNames: readonly string[] = Object.keys(sections);

/** The migration without what the dry run has printed already. */
function withoutPlan({ plan, migrate: { command, output } }: Story): Screen {
  const [known, lines] = [plan.output.split('\n'), output.split('\n')];
  const first = lines.findIndex((line, index) => line !== known[index]);
  return { command, output: ['…', ...lines.slice(first)].join('\n') };
}

const MARKED = /<!-- ([\w-]+):start -->\n.*?<!-- \1:end -->/gs;

/** The names of the generated sections of a page. */
export function sectionsIn(text: string): readonly string[] {
  return [...text.matchAll(MARKED)].map(([, name = '']) => name);
}

/** A page with everything between its markers written anew from the source. */
export async function regenerate(text: string): Promise<string> {
  const written = new Map<string, string>();
  for (const name of sectionsIn(text)) {
    const section = await sections[name]?.();
    if (section === undefined) throw new Error(`nothing generates ${name}`);
    written.set(name, `<!-- ${name}:start -->\n${section}\n<!-- ${name}:end -->`);
  }
  return text.replaceAll(MARKED, (marked, name: string) => written.get(name) ?? marked);
}

function pagesBelow(folder: string): readonly string[] {
  const files = readdirSync(pathInRepository(folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .toSorted()
    .map((file) => join(folder, file));
}
