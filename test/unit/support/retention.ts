import { at, makeFile, type World } from './world.ts';

/** The clock of these tests: any time will do, as it is handed over. */
export const now = new Date('2026-03-01T12:00:00Z');

/** Makes a home whose settings are the given text, or hold the given period. */
export function makeHome(world: World, name: string, settings: string | number): string {
  const text =
    typeof settings === 'string' ? settings : JSON.stringify({ cleanupPeriodDays: settings });
  makeFile(world, at(world, `${name}/settings.json`), text);
  return at(world, name);
}
