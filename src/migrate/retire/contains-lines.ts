import { createHash } from 'node:crypto';
import { type MigrateReadFs, OPEN } from '../../fs/migrate-fs.ts';
import { agrees, wholeLength } from '../disk/compare.ts';
import { linesIn } from '../disk/lines.ts';
import { withFile } from '../disk/open-file.ts';

/**
 * Whether a transcript has everything that another one has: as its beginning, or each line as often, in whatever order
 * they were appended. An unfinished line counts as a beginning only.
 *
 * @returns `undefined` where one of them has vanished meanwhile.
 */
export async function containsLines(
  fs: Pick<MigrateReadFs, 'open'>,
  whole: string,
  part: string,
): Promise<boolean | undefined> {
  return await withFile(fs, part, OPEN.read, (some, { size }) =>
    withFile(fs, whole, OPEN.read, async (all, { size: length }) => {
      if (size <= length && (await agrees(some, all, 0, size, part))) return true;
      if ((await wholeLength(some, size, part)) < size) return false;
      // No more of a line than tells it from others: there may be gigabytes.
      const missing = new Map<string, number>();
      for await (const line of linesIn(some, 0, size, part)) {
        const key = keyOf(line);
        missing.set(key, (missing.get(key) ?? 0) + 1);
      }
      for await (const line of linesIn(all, 0, length, whole)) {
        const key = keyOf(line);
        const count = missing.get(key) ?? 0;
        if (count > 1) missing.set(key, count - 1);
        else missing.delete(key);
      }
      return missing.size === 0;
    }),
  );
}

function keyOf(line: Uint8Array): string {
  return createHash('sha256').update(line).digest('base64');
}
