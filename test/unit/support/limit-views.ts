import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stepQuotaGate } from 'claude-shared-state/failover';

/** What a session of Claude Code shows in some size, or below some menu. */
export interface View {
  readonly name: string;
  readonly text: string;
}

/** Without a limit, and at one. */
type State = 'calm' | 'limited';

const HEADING = '=== ';
// No screen is higher; resizing leaves hundreds of lines above it.
const MAX_LINES = 60;

function pathOf(version: string, state: State): string {
  return fileURLToPath(new URL(`../failover/views/${version}-${state}.txt`, import.meta.url));
}

/** Writes the views of a version. */
export function writeViews(version: string, state: State, views: readonly View[]): void {
  const ends = views.map(({ name, text }) => {
    const lines = text.split('\n').slice(-MAX_LINES);
    return `${[HEADING + name, ...lines.map((line) => line.trimEnd())].join('\n')}\n`;
  });
  writeFileSync(pathOf(version, state), ends.join(''));
}

/** Reads the views of a version. */
export function readViews(version: string, state: State): readonly View[] {
  const [, ...views] = `\n${readFileSync(pathOf(version, state), 'utf8')}`.split(`\n${HEADING}`);
  return views.map((view) => {
    const [name = '', ...lines] = view.split('\n');
    return { name, text: lines.join('\n') };
  });
}

/** Whether two polls that see it find a limit. */
export function limitOn({ text }: View): boolean {
  const seen = { kind: 'pane', session: 'api', account: 'a', text } as const;
  const first = stepQuotaGate(undefined, { ...seen, at: new Date('2026-11-30T03:00:00Z') });
  const second = stepQuotaGate(first.state, { ...seen, at: new Date('2026-11-30T03:00:15Z') });
  return second.verdict === 'swap';
}
