import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A step of the runbook. */
export interface Step {
  /** Its heading, without the number. */
  readonly title: string;
  /** Its `sh` blocks, word by word and in their order. */
  readonly blocks: readonly string[];
}

const path = fileURLToPath(new URL('../../../src/cli/README.md', import.meta.url));

/** The steps of the runbook as the page about the command has them. */
export function stepsOfRunbook(): readonly Step[] {
  const [, rest = ''] = readFileSync(path, 'utf8').split('## Runbook\n');
  const [section = ''] = rest.split(/^## /m);
  return section.split(/^### \d+\. /m).flatMap((text): readonly Step[] => {
    const [title = ''] = text.split('\n', 1);
    const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code);
    return blocks.length === 0 ? [] : [{ title, blocks }];
  });
}
