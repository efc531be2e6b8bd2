import type { MigrateFs } from 'claude-shared-state/migrate';
import { vi } from 'vitest';
import type { LogSeed, OtherSeed, Script } from './script.ts';
import type { UserModel } from './user-model.ts';
import { asText, homeAt, homes, keys, otherPlace, pathOf, targetOf } from './places.ts';
import { makeDirectory, writeFile } from './user-files.ts';
import type { UserProgram } from './user-program.ts';

let time = 0;

/** The clock of the tests: it goes on only when it is told to. */
export function beginTime(): void {
  time = Date.parse('2026-02-28T12:00:00Z');
  tick();
}

export function tick(): void {
  time += 5;
  vi.setSystemTime(time);
}

/** Makes what a script says is there in the beginning, and tells the model. */
export async function setStage(
  script: Script,
  fs: MigrateFs,
  program: UserProgram,
  model: UserModel,
): Promise<void> {
  const ofHomes = homes.slice(0, script.homes);
  for (const home of ofHomes) await makeDirectory(fs, homeAt(home));
  for (const seed of script.logs) await makeLog(seed, ofHomes, fs, program, model);
  for (const seed of script.others) await makeOther(seed, ofHomes, fs, model);
}

async function makeLog(
  { home: number, key, lines: count, copies: [next, shared], isDeep, isDivergent }: LogSeed,
  ofHomes: readonly string[],
  fs: MigrateFs,
  program: UserProgram,
  model: UserModel,
): Promise<void> {
  const home = ofHomes[number % ofHomes.length] ?? 'a';
  const other = ofHomes[(number + 1) % ofHomes.length] ?? 'b';
  const log = program.newLog(home, keys[key % keys.length] ?? '-p', isDeep);
  const lines = Array.from({ length: count }, () => program.newLine());
  for (const line of lines) model.appended(log, line, home);
  const make = async (root: string, made: readonly string[]) => {
    tick();
    await writeFile(fs, `${root}/${pathOf(log)}`, asText(made));
  };
  // The older generations first: what is written last stays, where they are at several places.
  if (shared > 0) log.copies.add('shared');
  if (shared > 0) await make(targetOf('projects'), lines.slice(0, shared));
  const copied = lines.slice(0, next);
  if (copied.length > 0) {
    log.copies.add(other);
    const more = isDivergent ? [program.newLine()] : [];
    for (const line of more) model.appended(log, line, other);
    await make(`${homeAt(other)}/projects`, [...copied, ...more]);
  }
  await make(`${homeAt(home)}/projects`, lines);
}

async function makeOther(
  { home: number, place, content, mode }: OtherSeed,
  ofHomes: readonly string[],
  fs: MigrateFs,
  model: UserModel,
): Promise<void> {
  const home = ofHomes[number % ofHomes.length] ?? 'a';
  const path = otherPlace(place);
  tick();
  if (content === undefined) {
    const directory = `${path}.d`;
    await makeDirectory(fs, `${homeAt(home)}/${directory}`);
    model.directories.add(directory);
    return;
  }
  await writeFile(fs, `${homeAt(home)}/${path}`, content, { mode });
  model.otherAt(path).at.set(home, content);
}
