import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The words that a shell makes of a line. */
export async function argumentsOf(line: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\0' ${line}`]);
  return stdout.split('\0').slice(0, -1);
}
