import { parentOf } from '../paths.ts';
import { must, unless } from './call-failure.ts';
import { makeDirectory } from './directories.ts';
import { factsAt } from './look.ts';
import { nonceOf, type Tools } from './tools.ts';

/** Moves a name among what was displaced, beside an earlier one that has the same name there; it is gone afterwards. */
export async function setNameAside(tools: Tools, from: string, keepAt: string): Promise<void> {
  const { fs } = tools;
  const to = await roomFor(tools, keepAt);
  const moved = await unless(['ENOENT'], from, fs.rename(from, to));
  // Claude Code may have moved it meanwhile.
  if (moved.ok || (await factsAt(fs, from)) === undefined) return;
  // So it was the directory that is missing.
  await must(from, fs.rename(from, await roomFor(tools, keepAt)));
}

async function roomFor(tools: Tools, keepAt: string): Promise<string> {
  await makeDirectory(tools.fs, parentOf(keepAt));
  const isTaken = (await factsAt(tools.fs, keepAt)) !== undefined;
  return isTaken ? `${keepAt}~${nonceOf(tools)}` : keepAt;
}
