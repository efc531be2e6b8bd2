import { parentOf } from '../paths.ts';
import { unless } from './call-failure.ts';
import { makeDirectory } from './directories.ts';
import { factsAt } from './look.ts';
import { nonceOf, type Tools } from './tools.ts';

/** Moves a name among what was displaced, beside an earlier one that has the same name there. */
export async function setNameAside(tools: Tools, from: string, keepAt: string): Promise<void> {
  const { fs } = tools;
  await makeDirectory(fs, parentOf(keepAt));
  const isTaken = (await factsAt(fs, keepAt)) !== undefined;
  const to = isTaken ? `${keepAt}~${nonceOf(tools)}` : keepAt;
  // Claude Code may have moved it meanwhile.
  await unless(['ENOENT'], from, fs.rename(from, to));
}
