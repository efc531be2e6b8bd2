import { parentOf } from '../../paths.ts';
import { must, unless } from '../disk/call-failure.ts';
import { makeDirectory } from '../disk/directories.ts';
import { type Identity, isSameFile } from '../disk/facts.ts';
import { factsAt } from '../disk/look.ts';
import { nonceOf, type Tools } from '../tools.ts';

/**
 * Moves a name among what was displaced, beside an earlier one that has the same name there; it is gone afterwards.
 *
 * @returns Where the file is now; `undefined` where somebody else had moved it before.
 */
export async function setNameAside(
  tools: Tools,
  from: string,
  keepAt: string,
): Promise<string | undefined> {
  const { fs } = tools;
  const to = await roomFor(tools, keepAt);
  const moved = await unless(['ENOENT'], from, fs.rename(from, to));
  if (moved.ok) return to;
  // Claude Code may have moved it meanwhile.
  if ((await factsAt(fs, from)) === undefined) {
    return (await factsAt(fs, to)) === undefined ? undefined : to;
  }
  // So it was the directory that is missing.
  const again = await roomFor(tools, keepAt);
  await must(from, fs.rename(from, again));
  return again;
}

/**
 * The same for one file that is expected there: if another one has come to stand under the name meanwhile, that gets
 * it back.
 *
 * @returns Where the expected file is now; `undefined` where the place has to be looked at anew.
 */
export async function setFileAside(
  tools: Tools,
  from: string,
  keepAt: string,
  expected: Identity,
): Promise<string | undefined> {
  const kept = await setNameAside(tools, from, keepAt);
  const facts = kept === undefined ? undefined : await factsAt(tools.fs, kept);
  if (kept === undefined || facts === undefined) return undefined;
  if (isSameFile(facts, expected)) return kept;
  await giveNameBack(tools, kept, from);
  return undefined;
}

/** Gives a file that was set aside its name again, unless that is taken by now; it keeps the other one, too. */
export async function giveNameBack({ fs }: Tools, kept: string, path: string): Promise<void> {
  await makeDirectory(fs, parentOf(path));
  await unless(['EEXIST'], path, fs.link(kept, path));
}

async function roomFor(tools: Tools, keepAt: string): Promise<string> {
  await makeDirectory(tools.fs, parentOf(keepAt));
  const isTaken = (await factsAt(tools.fs, keepAt)) !== undefined;
  return isTaken ? `${keepAt}~${nonceOf(tools)}` : keepAt;
}
