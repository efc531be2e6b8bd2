import type { Answer } from '../answer.ts';
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
  const value = parsedJson(file.value);
  return value === undefined
    ? { ok: false, errno: 'EINVAL', error: undefined }
    : { ok: true, value };
}

/** What a text says in JSON; `undefined` where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A member of what came out of JSON; of a member that is inherited nothing is told. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
