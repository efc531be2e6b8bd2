import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository. */
export const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** The program of a development dependency, as npm links it. */
export function tool(name: string): string {
  return join(repository, 'node_modules', '.bin', name);
}
