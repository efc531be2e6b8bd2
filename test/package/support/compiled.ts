import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { succeed } from './run.ts';

const consumer = inject('consumer');
const lines = inject('typeErrors').split('\n');

/** The two ways to load the package: folders of the consumer that hold the same sources. */
export const moduleSystems = ['esm', 'cjs'] as const;

/** Sources of the consumer that do nothing but import an entry point. */
export const onlyImports = [
  'only-import',
  'only-import-failover',
  'only-import-homes',
  'only-import-migrate',
  'only-import-retention',
  'only-import-sessions',
  'only-import-tmux',
] as const;

/** What the compiler had to say to one source of the consumer. */
export function typeErrorsIn(source: string): readonly string[] {
  if (!existsSync(join(consumer, emittedFrom(source)))) {
    throw new Error(`${source} was not compiled`);
  }
  return lines.filter((line) => line.startsWith(`${source}(`));
}

/** Runs a source of the consumer as the compiler has emitted it, with plain Node. */
export async function toldBy(source: string, ...parameters: readonly string[]): Promise<unknown> {
  return JSON.parse(await node(emittedFrom(source), ...parameters));
}

/** Like {@link toldBy}, with another source loaded first, which may be the one that tells. */
export async function toldAfter(preloaded: string, source: string): Promise<unknown> {
  return JSON.parse(await node('--import', `./${emittedFrom(preloaded)}`, emittedFrom(source)));
}

export function emittedFrom(source: string): string {
  return source.replace(/ts$/, 'js');
}

function node(...args: readonly string[]): Promise<string> {
  return succeed(process.execPath, args, consumer);
}
