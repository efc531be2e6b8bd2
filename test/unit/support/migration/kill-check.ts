import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { KillStage } from './kill-stage.ts';

/** The files that were there before and are not reachable now: each must begin as it was. */
export function lostFiles({ root, originals }: KillStage): readonly string[] {
  const contents = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const path of filesBelow(root)) {
    // Copies on their way in are no place for a file to be.
    if (relative(root, path).includes('/incoming/')) continue;
    const { dev, ino } = lstatSync(path);
    if (seen.has(`${dev} ${ino} ${basename(path)}`)) continue;
    seen.add(`${dev} ${ino} ${basename(path)}`);
    const same = contents.get(basename(path)) ?? [];
    same.push(readFileSync(path, 'utf8'));
    contents.set(basename(path), same);
  }
  return originals
    .filter(({ path, content }) => {
      const found = contents.get(basename(path)) ?? [];
      return !found.some((one) =>
        path.endsWith('.jsonl') ? one.startsWith(content) : one === content,
      );
    })
    .map(({ path }) => path);
}

/** Everything that is not as it must be after a healthy run. */
export function incomplete(stage: KillStage): readonly string[] {
  const wrong: string[] = [];
  for (const accountHome of stage.accountHomes) {
    for (const { name, target } of stage.required) {
      const path = join(accountHome, name);
      const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
      if (!isLink || readlinkSync(path) !== target) wrong.push(`${path} is not linked`);
    }
  }
  const unexpected = new Set<string>();
  for (const { name, target } of stage.required) {
    for (const path of filesBelow(target)) unexpected.add(join(name, relative(target, path)));
  }
  for (const [path, { content, modified, places }] of stage.merged) {
    if (!unexpected.delete(path)) {
      wrong.push(`${path} is missing`);
      continue;
    }
    const name = path.slice(0, path.indexOf('/'));
    const target = stage.required.find((one) => one.name === name)?.target ?? '';
    const full = join(target, path.slice(name.length + 1));
    if (readFileSync(full, 'utf8') !== content) wrong.push(`${path} has another content`);
    const stats = lstatSync(full);
    if ((stats.mode & 0o777) !== 0o600) wrong.push(`${path} has another mode`);
    if (places === 1 && stats.mtimeMs !== modified * 1000) wrong.push(`${path} has another time`);
  }
  return [...wrong, ...[...unexpected].map((path) => `${path} is too much`)];
}

/** What the shared place has to hold and does not, whatever else is in it. */
export function missingInTarget({ required, merged }: KillStage): readonly string[] {
  return required.flatMap(({ name, target }) => without(name, target, merged));
}

/** Everything that is not as it must be after a healthy restore of the first home. */
export function notGivenBack({ accountHomes: [home], required, merged }: KillStage) {
  return required.flatMap(({ name }): readonly string[] => {
    const path = join(home, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
      return [`${path} is no directory`];
    }
    const temporary = filesBelow(path).filter((file) => file.includes('.claude-shared-state'));
    return [...without(name, path, merged), ...temporary.map((file) => `${file} is left over`)];
  });
}

/** What is not below a directory as it is in the merged state. */
function without(name: string, directory: string, merged: KillStage['merged']): readonly string[] {
  return [...merged.values()].flatMap(({ path, content }) => {
    if (!path.startsWith(`${name}/`)) return [];
    const full = join(directory, path.slice(name.length + 1));
    const isThere = lstatSync(full, { throwIfNoEntry: false })?.isFile() === true;
    return isThere && readFileSync(full, 'utf8') === content ? [] : [full];
  });
}

/** Every regular file below a directory, never through links. */
function filesBelow(directory: string): readonly string[] {
  const stats = lstatSync(directory, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
