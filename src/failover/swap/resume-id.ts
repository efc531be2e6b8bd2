import { type Failure, toResult } from '../../core/result.ts';
import { basename, dirname, join } from '../../core/paths.ts';
import { makeDirectories, removeName, syncDirectory, writeNewFile } from '../../fs/io.ts';
import { readSmallFile } from '../../fs/read-file.ts';
import { nonceFrom } from '../../lock/owner.ts';
import { parseResumeUUID, type ResumeUUID } from '../../sessions/resume-uuid.ts';
import { failoverProblem } from '../problems.ts';
import type { FailoverContext } from './options.ts';
import { block, type SessionTerminal } from './session-terminal.ts';

// An id has 36; there may be white space around it.
const MAX_BYTES = 1024;

/** Reads the saved id of a session; the session is blocked if there is none. */
export async function readId({ context, place }: SessionTerminal): Promise<ResumeUUID> {
  const { fs } = context;
  const { path } = place;
  const fail = (errno: string) => block(failoverProblem('io-error', { path, errno }));
  const refuse = (reason: 'missing' | 'invalid') =>
    block(failoverProblem('resume-id-unusable', { ...place, reason }));
  const stats = await toResult(fs.lstat(path, { bigint: true }));
  if (!stats.ok) return isMissing(stats) ? refuse('missing') : fail(stats.errno);
  // A link leads to something that was not saved here.
  if (!stats.value.isFile()) return refuse('invalid');
  const content = await readSmallFile(fs, path, MAX_BYTES);
  if (!content.ok) return content.errno === 'EFBIG' ? refuse('invalid') : fail(content.errno);
  return parseResumeUUID(content.value) ?? refuse('invalid');
}

function isMissing(failure: Failure): boolean {
  return failure.errno === 'ENOENT' || failure.errno === 'ENOTDIR';
}

/**
 * Saves an id in one step: a reader, or a restart after a crash, finds the old or the new one.
 *
 * A link in place of the file is replaced; its target is left alone.
 */
export async function writeId({ context, place }: SessionTerminal, id: ResumeUUID): Promise<void> {
  await replaceFile(context, place.path, `${id}\n`);
}

/** Replaces a file in one step, or blocks the session. */
export async function replaceFile(
  { fs, random }: FailoverContext,
  path: string,
  text: string,
): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${nonceFrom(random)}`);
  const write = async () => {
    await makeDirectories(fs, directory);
    await writeNewFile(fs, temporary, new TextEncoder().encode(text));
    const renamed = await toResult(fs.rename(temporary, path));
    if (renamed.ok) return await syncDirectory(fs, directory);
    await toResult(removeName(fs, temporary));
    throw renamed.error;
  };
  const written = await toResult(write());
  if (!written.ok) block(failoverProblem('io-error', { path, errno: written.errno }));
}
