import { appendFile, constants, copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * What a person does by hand, with no session running: adds to the shared place what only this copy
 * has, overwrites nothing, and stops where two copies went different ways.
 */
export async function mergeTranscripts(from: string, into: string): Promise<readonly string[]> {
  const paths = await readdir(from, { recursive: true });
  const told: string[] = [];
  for (const path of paths.filter((path) => path.endsWith('.jsonl'))) {
    told.push(await mergeTranscript(join(from, path), join(into, path)));
  }
  return told;
}

async function mergeTranscript(own: string, shared: string): Promise<string> {
  await mkdir(dirname(shared), { recursive: true, mode: 0o700 });
  if (await isCopied(own, shared)) return 'copied a transcript that was only there';

  // Both places have a generation of one session.
  const [here, there] = await Promise.all([readFile(own), readFile(shared)]);
  if (there.subarray(0, here.length).equals(here)) return 'the shared place already has it all';
  if (!here.subarray(0, there.length).equals(there)) {
    throw new Error(`${own} and ${shared} went different ways: keep both`);
  }
  const rest = here.subarray(there.length);
  await appendFile(shared, rest);
  return `appended the ${rest.toString().trimEnd().split('\n').length} records that the shared one lacked`;
}

/** False where the name is taken: a copy must never overwrite. */
async function isCopied(own: string, shared: string): Promise<boolean> {
  try {
    await copyFile(own, shared, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
