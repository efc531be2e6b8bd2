import type { Result } from '../core/result.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { parsedJson } from '../json.ts';
import { readSmallFile } from './small-file.ts';

/** The JSON in a file that is small unless somebody means harm; a byte order mark is passed over. */
export async function readJson(
  fs: SessionReadFs,
  path: string,
  mostBytes: number,
): Promise<Result<unknown>> {
  const file = await readSmallFile(fs, path, mostBytes);
  if (!file.ok) return file;
  // The decoder has taken the byte order mark away.
  const value = parsedJson(file.value);
  return value === undefined
    ? { ok: false, errno: 'EINVAL', error: undefined }
    : { ok: true, value };
}
