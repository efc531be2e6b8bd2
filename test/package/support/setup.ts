import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { compileConsumer, makeConsumer } from './consumer.ts';
import { pack } from './pack.ts';
import { installToolchains } from './toolchains.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly tarball: string;
    /** A project that has the tarball installed. */
    readonly consumer: string;
    /** What the compiler said to the consumer's sources. */
    readonly typeErrors: string;
  }
}

/** Builds, packs, installs and compiles once for all package checks; gives what cleans up. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'package-checks-')));
  const cleanUp = () => rm(directory, { recursive: true });
  try {
    await installToolchains();
    const tarball = await pack(directory);
    const consumer = join(directory, 'consumer');
    await makeConsumer(consumer, tarball);
    project.provide('tarball', tarball);
    project.provide('consumer', consumer);
    project.provide('typeErrors', await compileConsumer(consumer));
    return cleanUp;
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
