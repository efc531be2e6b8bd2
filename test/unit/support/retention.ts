import { at, makeFile, type World } from './world.ts';

const ONE_DAY = 86_400_000;

/** The clock of these tests: any time will do, as it is handed over. */
export const now = new Date('2026-03-01T12:00:00Z');

/** A time before or after the clock of these tests. */
export function daysFromNow(days: number): Date {
  return new Date(now.getTime() + days * ONE_DAY);
}

/** Makes a home whose settings are the given text, or hold the given period. */
export function makeHome(world: World, name: string, settings: string | number): string {
  const text =
    typeof settings === 'string' ? settings : JSON.stringify({ cleanupPeriodDays: settings });
  makeFile(world, at(world, `${name}/settings.json`), text);
  return at(world, name);
}

/** Makes a file below the shared `projects` that was last written some days ago. */
export function makeAged(world: World, path: string, days: number): string {
  const file = makeFile(world, at(world, `shared/.claude-projects-shared/${path}`), '{}');
  const seconds = daysFromNow(-days).getTime() / 1000;
  world.fs.utimesSync(file, seconds, seconds);
  return file;
}
