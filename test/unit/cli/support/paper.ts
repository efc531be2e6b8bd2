import { Output } from '../../../../src/cli/ui/output.ts';
import type { Io } from '../../../../src/cli/io.ts';

/** A page, and all that was written on it; a pipe unless it has columns. */
export function paper(columns?: number, env: Io['env'] = {}, home = '/home/me') {
  const written: string[] = [];
  const screen = {
    isTTY: columns !== undefined,
    columns,
    write: (text: string) => {
      written.push(text);
    },
  };
  const surroundings = { env: { LANG: 'C.UTF-8', NO_COLOR: '1', ...env }, home };
  return {
    out: new Output(screen, surroundings, false),
    written,
    get text() {
      return written.join('');
    },
  };
}
