import { isObject } from './json.ts';

/** What a call asks of the file system that it is given. */
export interface PortShape {
  readonly members: readonly string[];
  /** Whether an object that carries the port as `promises` will do, too. */
  readonly orPromises: boolean;
}

/** The functions that a given file system lacks for a port; a partial fake is never filled up. */
export function missingMembers(fs: unknown, { members, orPromises }: PortShape): readonly string[] {
  const holder = orPromises && isObject(fs) && 'promises' in fs ? fs.promises : fs;
  return members.filter(
    (member) => !isObject(holder) || typeof Reflect.get(holder, member) !== 'function',
  );
}
