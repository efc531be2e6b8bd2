import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A step of the runbook. */
export interface Step {
  /** Its heading, without the number. */
  readonly title: string;
  /** Its `sh` blocks, word by word and in their order. */
  readonly blocks: readonly string[];
}

const readme = readFileSync(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8');
const heading = '## Runbook: from two accounts to a swap without loss\n';

/** The steps of the runbook as the README has them. */
export function stepsOfRunbook(): readonly Step[] {
  const [, rest = ''] = readme.split(heading);
  const [section = ''] = rest.split(/^## /m);
  return section.split(/^### \d+\. /m).flatMap((text): readonly Step[] => {
    const [title = ''] = text.split('\n', 1);
    const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code);
    return blocks.length === 0 ? [] : [{ title, blocks }];
  });
}
