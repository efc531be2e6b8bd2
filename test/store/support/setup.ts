import type { TestProject } from 'vitest/node';
import { startPostgres, startS3, startValkey } from './engines.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The ports on which the engines listen, on the loopback. */
    readonly ports: { readonly postgres: number; readonly valkey: number; readonly s3: number };
  }
}

/** Starts all engines once; one that is not installed is an error, not a reason to skip. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, valkey, s3] = await Promise.all([startPostgres(), startValkey(), startS3()]);
  project.provide('ports', { postgres: postgres.port, valkey: valkey.port, s3: s3.port });
  return async () => {
    await Promise.all([postgres, valkey, s3].map((engine) => engine.stop()));
  };
}
