import { listOriginals, type Originals } from '../migrate/index.ts';
import { bytes, count, moment } from './amounts.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printSteps, type Step } from './next-steps.ts';
import type { Page } from './page.ts';
import { printProblems } from './print-problems.ts';
import { printSetting } from './print-setting.ts';
import { commandLine } from './setting.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Lists what migrations have set aside. */
export async function originals({ io, setting, page, notes }: Context): Promise<Result> {
  const listing = listAll(setting.homes);
  const { found, problems } = await whileLooking(notes, 'counting the originals', listing);
  const sealed = found.filter(({ state }) => state === 'sealed');
  const next: readonly Step[] =
    sealed.length === 0
      ? []
      : [
          {
            command: commandLine(io.env, setting, ['restore']),
            purpose: 'the way back; it shows what comes back, and asks',
          },
          {
            command: commandLine(io.env, setting, ['retire', '--all']),
            purpose: 'when all works: remove them; it shows them, and asks',
          },
        ];
  printSetting(page, setting);
  page.line();
  if (found.length === 0) page.line('no originals: nothing has been set aside');
  for (const one of found) printOriginals(page, one);
  printProblems(page, problems);
  printSteps(page, next);
  return {
    exitCode: problems.length > 0 ? EXIT.problems : EXIT.done,
    body: { originals: found, problems: problems.map(asData), next },
  };
}

/** The originals of all homes; of homes that are one directory, once. */
export async function listAll(homes: readonly string[]) {
  const lists = await Promise.all([...new Set(homes)].map((home) => listOriginals(home)));
  const byPath = new Map(lists.flatMap((list) => list.originals).map((one) => [one.path, one]));
  return { found: [...byPath.values()], problems: lists.flatMap(({ problems }) => problems) };
}

/** Describes one of them in three lines. */
export function printOriginals(page: Page, one: Originals): void {
  const { path, state, made, names, files, bytes: size } = one;
  const { paint } = page;
  const colour = state === 'sealed' ? paint.green : paint.yellow;
  page.line(`  ${page.path(path)}`);
  page.words(
    `${colour(stateInWords(state))}, of ${moment(made)}: ${names.map((name) => page.path(name)).join(', ') || 'no directories'}`,
    4,
  );
  page.words(paint.dim(`${count(files, 'file')}, ${bytes(size)}`), 4);
}

function stateInWords(state: Originals['state']): string {
  switch (state) {
    case 'sealed':
      return 'complete';
    case 'pending':
      return 'not completed (migrate completes it)';
    case 'returning':
      return 'going back (restore completes it)';
    case 'restored':
      return 'given back';
    case 'retiring':
      return 'being removed (retire completes it)';
    default:
      return state satisfies never;
  }
}
