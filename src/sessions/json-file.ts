import { type Answer, failure } from '../answer.ts';
import { isObject } from '../fs/port.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { readSmallFile } from './small-file.ts';

/** The JSON in a file that is small unless somebody means harm; a byte order mark is passed over. */
export async function readJson(
  fs: SessionReadFs,
  path: string,
  mostBytes: number,
): Promise<Answer<unknown>> {
  const file = await readSmallFile(fs, path, mostBytes);
  if (!file.ok) return file;
  try {
    // The decoder has taken the byte order mark away.
    const value: unknown = JSON.parse(file.value);
    return { ok: true, value };
  } catch (error) {
    return failure(error);
  }
}

/** A member of what came out of JSON; of a member that is inherited nothing is told. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
