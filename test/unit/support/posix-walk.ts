import { kindOf, type Link, parentOf } from './posix-volume.ts';
import { constants } from 'node:fs';

/** Where a path leads: a directory, a name in it, and what has that name. */
export interface Place {
  readonly dir: Link;
  readonly name: string;
  readonly link: Link | undefined;
  /** Whether the path ends in a slash, and so can only mean a directory. */
  readonly slash: boolean;
  /** Whether the last name is `.` or `..`, or there is none. */
  readonly special: boolean;
}

const MOST_HOPS = 40;

/** Resolves a path as Linux does: `..` is physical, links on the way are followed. */
export function walk(
  root: Link,
  path: string,
  follow: 'follow' | 'no-follow' | 'by-slash',
  fail: (code: string) => never,
): Place {
  if (path === '') return fail('ENOENT');
  if (path.length > 4095) return fail('ENAMETOOLONG');
  let hops = 0;
  const go = (start: Link, text: string, followLast: boolean): Place => {
    const names = text.split('/').filter(Boolean);
    const slash = text.endsWith('/');
    let dir = text.startsWith('/') ? root : start;
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1;
      if (kindOf(dir.getNode()) !== constants.S_IFDIR) return fail('ENOTDIR');
      if (name === '.' || name === '..') {
        if (name === '..') dir = parentOf(dir);
        if (isLast) return { dir: parentOf(dir), name, link: dir, slash, special: true };
        continue;
      }
      if (name.length > 63 && Buffer.byteLength(name) > 255) return fail('ENAMETOOLONG');
      let link = dir.children.get(name);
      if (link === undefined) {
        return isLast ? { dir, name, link, slash, special: false } : fail('ENOENT');
      }
      if (kindOf(link.getNode()) === constants.S_IFLNK && (!isLast || followLast)) {
        hops += 1;
        if (hops > MOST_HOPS) return fail('ELOOP');
        const behind = go(dir, link.getNode().symlink, true);
        if (isLast) return { ...behind, slash: slash || behind.slash };
        if (behind.link === undefined) return fail('ENOENT');
        link = behind.link;
      }
      if (isLast) return { dir, name, link, slash, special: false };
      dir = link;
    }
    return { dir: parentOf(dir), name: '', link: dir, slash, special: true };
  };
  const place = go(
    root,
    path,
    follow === 'follow' || (follow === 'by-slash' && path.endsWith('/')),
  );
  if (follow !== 'no-follow' && place.slash && place.link !== undefined) {
    if (kindOf(place.link.getNode()) !== constants.S_IFDIR) return fail('ENOTDIR');
  }
  return place;
}

/** The path of a name, with nothing but real directories in it. */
export function realPathOf(link: Link): string {
  const names: string[] = [];
  for (let one = link; parentOf(one) !== one; one = parentOf(one)) names.push(one.getName());
  return `/${names.toReversed().join('/')}`;
}
