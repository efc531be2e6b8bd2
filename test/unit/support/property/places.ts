import type { Log } from './user-facts.ts';

export const homes = ['a', 'b', 'c'] as const;
export const names = ['projects', 'file-history', 'session-env'] as const;
export const keys = ['-p', '-q', '-r'] as const;

export const homeAt = (home: string) => `/homes/${home}`;
export const targetOf = (name: string) => `/shared/.claude-${name}-shared`;
export const pathOf = ({ id, file, key }: Pick<Log, 'id' | 'file' | 'key'>) =>
  file === `${id}.jsonl` ? `${key}/${file}` : `${key}/${id}/subagents/${file}`;

const otherPlaces = [
  ...keys.flatMap((key) => [`projects/${key}/memory/MEMORY.md`, `projects/${key}/memory/note.md`]),
  'file-history/s/1@v1',
  'file-history/s/2@v1',
  'session-env/s/hook.sh',
  'session-env/t/hook.sh',
  'projects/-p/s/tool-results/1.txt',
  'projects/-new/x.json',
] as const;

/** Where one of the files is that are no transcripts. */
export const otherPlace = (number: number): string =>
  otherPlaces[number % otherPlaces.length] ?? otherPlaces[0];

export const asText = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
export const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '');
