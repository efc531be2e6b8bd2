import { memberOf } from '../../core/json.ts';
import { toResult } from '../../core/result.ts';
import type { FailoverFs } from '../../fs/migrate-fs.ts';
import { readRowsFrom } from '../quota/limit-rows.ts';
import { answerText, isOfModel, isOfProgram } from '../quota/message.ts';

/** What a session was answered last, in its main conversation. */
export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'answered' }
  /** The API refused: `error` is the program's word for it, such as `rate_limit`, and `text` what it shows. */
  | { readonly kind: 'refused'; readonly error: string; readonly text: string };

/** The size of a transcript, as the place from which on an answer is new. */
export async function sizeOf(fs: FailoverFs, path: string): Promise<number> {
  const stats = await toResult(fs.stat(path, { bigint: true }));
  return stats.ok ? Number(stats.value.size) : 0;
}

/** The last answer in a transcript behind a place. Rows of API errors have these fields in 2.1.197 and 2.1.329. */
export async function lastAnswer(fs: FailoverFs, path: string, from: number): Promise<Answer> {
  const read = await readRowsFrom(fs, path, from);
  const row = read.ok
    ? read.value.rows.findLast(
        (each) => memberOf(each, 'isSidechain') !== true && (isOfModel(each) || isOfProgram(each)),
      )
    : undefined;
  if (row === undefined) return { kind: 'none' };
  if (isOfModel(row)) return { kind: 'answered' };
  return { kind: 'refused', error: String(memberOf(row, 'error')), text: answerText(row) };
}
