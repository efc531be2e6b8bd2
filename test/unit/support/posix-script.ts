import * as nodeFs from 'node:fs';
import { join } from 'node:path';
import { OPEN } from '../../../src/fs/io.ts';
import type { MigrateFs } from '../../../src/fs/migrate-fs.ts';
import { imageOfTree, type ImageNode, type Tree } from './disk-image.ts';

const COPY = nodeFs.constants.COPYFILE_EXCL | nodeFs.constants.COPYFILE_FICLONE;

/** One call of a script, with paths below its root. */
export type Step = readonly [call: string, ...paths: string[]];

/** Makes the calls one after another and tells what each came to: a value, or its errno. */
export async function play(
  fs: MigrateFs,
  root: string,
  steps: readonly Step[],
): Promise<readonly string[]> {
  const told: string[] = [];
  for (const [call, first = '', second = ''] of steps) {
    try {
      told.push(`${call} ${first}: ${await make(fs, root, call, first, second)}`);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      told.push(`${call} ${first}: ${code}`);
    }
  }
  return told;
}

/** Not `join`, which would fold the slashes and dots that the scripts are about. */
const below = (root: string, path: string) => (path.startsWith('/') ? path : `${root}/${path}`);

async function make(
  fs: MigrateFs,
  root: string,
  call: string,
  first: string,
  second: string,
): Promise<string> {
  const path = below(root, first);
  switch (call) {
    case 'lstat':
    case 'stat':
      return describe(await fs[call](path, { bigint: true }));
    case 'link':
    case 'rename':
      return String(await fs[call](path, below(root, second)));
    case 'copyFile':
      await fs.copyFile(path, below(root, second), COPY);
      return await useHandle(fs, below(root, second), 'read', '');
    case 'unlink':
    case 'rmdir':
      return String(await fs[call](path));
    case 'mkdir':
      return String(await fs.mkdir(path, { mode: 0o700 }));
    case 'symlink':
      return String(
        await fs.symlink(first.replaceAll('ROOT', root), below(root, second), 'junction'),
      );
    case 'readlink':
      return String(await fs.readlink(path)).replaceAll(root, 'ROOT');
    case 'realpath':
      return String(await fs.realpath(path)).replaceAll(root, 'ROOT');
    case 'readFile':
      return String(await fs.readFile(path, 'utf8'));
    case 'access':
      return String(await fs.access(path, nodeFs.constants.F_OK));
    case 'utimes':
      await fs.utimes(path, 1_600_000_000, 1_600_000_000.5);
      return String((await fs.stat(path, { bigint: true })).mtimeMs);
    case 'opendir':
      return await list(fs, path);
    case 'same': {
      const [one, two] = [
        await fs.lstat(path, { bigint: true }),
        await fs.lstat(below(root, second), { bigint: true }),
      ];
      return String(one.ino === two.ino && one.dev === two.dev);
    }
    default:
      return await useHandle(fs, path, call, second);
  }
}

async function list(fs: MigrateFs, path: string): Promise<string> {
  const names: string[] = [];
  for await (const entry of await fs.opendir(path, { bufferSize: 32 })) {
    names.push(
      `${String(entry.name)}${entry.isDirectory() ? '/' : entry.isSymbolicLink() ? '@' : ''}`,
    );
  }
  return names.toSorted().join(' ');
}

const flagsOf: Readonly<Record<string, number>> = {
  ...OPEN,
  truncate: nodeFs.constants.O_WRONLY | nodeFs.constants.O_TRUNC,
  make: nodeFs.constants.O_WRONLY | nodeFs.constants.O_CREAT,
  directoryItself: OPEN.directory | nodeFs.constants.O_NOFOLLOW,
  update: nodeFs.constants.O_RDWR,
};

/** Opens as the name says, and does with it what opening so is for. */
async function useHandle(fs: MigrateFs, path: string, call: string, text: string): Promise<string> {
  const flags = flagsOf[call];
  if (flags === undefined) throw new Error(`no such step: ${call}`);
  const handle = await fs.open(path, flags, 0o640);
  try {
    const told = [describe(await handle.stat({ bigint: true }))];
    if (text === 'unlinked') {
      await fs.unlink(path);
      told.push(describe(await handle.stat({ bigint: true })));
    } else if (text !== '') {
      const bytes = Buffer.from(text);
      told.push(String((await handle.write(bytes, 0, bytes.length, null)).bytesWritten));
      await handle.chmod(0o600);
      await handle.utimes(1_600_000_000, 1_600_000_000);
      told.push(String((await handle.stat({ bigint: true })).mtimeMs));
    } else {
      const buffer = Buffer.alloc(4);
      for (const position of [null, null, 1]) {
        const { bytesRead } = await handle.read(buffer, 0, 4, position);
        told.push(buffer.toString('utf8', 0, bytesRead));
      }
    }
    await handle.datasync();
    await handle.sync?.();
    return told.join(' | ');
  } finally {
    await handle.close();
  }
}

/** Of a directory only its mode: size and number of names are the file system's own affair. */
function describe(stats: Awaited<ReturnType<MigrateFs['lstat']>>): string {
  const mode = Number(stats.mode).toString(8);
  return stats.isDirectory() ? mode : `${mode} ${stats.size} bytes, ${stats.nlink} names`;
}

/** Puts a tree on the real disk. */
export function stageOnDisk(root: string, tree: Tree): void {
  const made = new Map<ImageNode, string>();
  const put = (path: string, node: ImageNode): void => {
    const same = made.get(node);
    if (same !== undefined) return nodeFs.linkSync(same, path);
    made.set(node, path);
    if (node.target !== undefined)
      return nodeFs.symlinkSync(node.target.replaceAll('ROOT', root), path);
    if (node.content !== undefined) nodeFs.writeFileSync(path, node.content);
    else if (path !== root) nodeFs.mkdirSync(path);
    nodeFs.chmodSync(path, node.mode & 0o7777);
    for (const [name, child] of node.entries ?? []) put(join(path, name), child);
  };
  put(root, imageOfTree(tree).root);
}

/** What lies below a directory: every path with its kind, mode, content, and which are one inode. */
export function treeOf(
  fs: Pick<typeof nodeFs, 'lstatSync' | 'readdirSync' | 'readlinkSync' | 'readFileSync'>,
  root: string,
): readonly string[] {
  const inodes = new Map<number, string>();
  const told: string[] = [];
  const look = (path: string): void => {
    const stats = fs.lstatSync(path);
    const name = path.slice(root.length);
    const mode = stats.mode.toString(8);
    if (stats.isDirectory()) {
      told.push(`${name} ${mode}`);
      for (const child of fs.readdirSync(path).toSorted()) look(`${path}/${child}`);
      return;
    }
    const first = inodes.get(stats.ino) ?? name;
    inodes.set(stats.ino, first);
    const content = stats.isSymbolicLink()
      ? fs.readlinkSync(path).replaceAll(root, 'ROOT')
      : fs.readFileSync(path, 'utf8');
    told.push(`${name} ${mode} ${stats.nlink} ${first} ${content}`);
  };
  look(root);
  return told;
}
