import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { ensureForAccount, requiredSharedUnder } from 'claude-shared-state';

export const SESSION = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';

/** The home directory of a user, made for each test and removed after it. */
export function userHome() {
  let home = '';
  beforeEach(async () => {
    home = await realpath(await mkdtemp(join(tmpdir(), 'cli-')));
  });
  afterEach(() => rm(home, { recursive: true }));

  const at = (...names: readonly string[]) => join(home, ...names);
  const write = async (path: string, text: string) => {
    await mkdir(dirname(at(path)), { recursive: true, mode: 0o700 });
    await writeFile(at(path), text);
  };
  return {
    get home() {
      return home;
    },
    at,
    write,
    /** A home with nothing but a mark of Claude Code. */
    bare: (name: string) => write(`${name}/settings.json`, '{}'),
    /** A home that shares its state. */
    healthy: async (name: string) => {
      await write(`${name}/settings.json`, '{}');
      await ensureForAccount(at(name), { required: requiredSharedUnder(home) });
    },
    link: (target: string, name: string) => symlink(target, at(name)),
    mode: (name: string, bits: number) => chmod(at(name), bits),
    /** A transcript of one message, or of several. */
    transcript: (path: string, texts: readonly string[] = ['hello'], cwd = home) =>
      write(`${path}/${SESSION}.jsonl`, texts.map((text) => message(text, cwd)).join('')),
  };
}

function message(content: string, cwd: string): string {
  const timestamp = new Date().toISOString();
  return `${JSON.stringify({ type: 'user', uuid: content, cwd, timestamp, message: { content } })}\n`;
}
