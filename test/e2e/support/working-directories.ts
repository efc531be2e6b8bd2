import { mkdir, symlink } from 'node:fs/promises';
import type { ProgramName } from './programs.ts';
import type { Room } from './room.ts';

/** A place to start the program in. */
export interface WorkingDirectory {
  readonly what: string;
  /** Makes it, and gives the path to start in. */
  readonly make: (room: Room) => Promise<string>;
  /** What the starting shell would say of it. */
  readonly environment?: (room: Room) => Readonly<Record<string, string>>;
}

const names: readonly string[] = [
  'plain',
  'MixedCase',
  'digits0123456789',
  // All of these share a key.
  'a-b',
  'a_b',
  'a.b',
  'a b',
  'a/b',
  'a:b',
  'a\tb',
  'a\nb',
  'a\u007Fb',
  'a\u00A0b',
  'a\u00ADb',
  'a\u200Bb',
  'a\u2028b',
  '-begins',
  'ends-',
  '.hidden',
  '..begins',
  'ends.',
  '...',
  ' begins',
  'ends ',
  'two  spaces',
  '~',
  '$HOME',
  '`tick`',
  "it's",
  '"quoted"',
  'a;b&c|d',
  'a*?b',
  '[a]{b}(c)',
  'a#b',
  '%20',
  'a@b+c=d,e!',
  '<a^b>',
  'a\r\nb',
  'a\u001B[31mb',
  // Composed and not: what is one letter to the eye is one unit, or two, or three.
  'caf\u00E9',
  'cafe\u0301',
  '\u212Bngstrom',
  '\uD55C',
  '\u1112\u1161\u11AB',
  '\uFB01n',
  '\u65E5\u672C\u8A9E',
  '\u0627\u0644',
  '\u0440\u0443\u0441',
  '\u00DF\u0130\u0131',
  // Digits and letters, but none of ASCII.
  '\u0660\u0661',
  '\uFF21\uFF11',
  // Two units each, and eight.
  '\u{1F600}',
  '\u{1D4B3}',
  '\u{10FFFF}',
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  '\u202Eba',
  '\uFEFFa',
  '\uFFFEa',
  '\uE000',
];

const named = names.map((name): WorkingDirectory => ({
  what: `a directory named ${JSON.stringify(name)}`,
  make: (room) => made(room.path('names', name)),
}));

/** The old program does not start there: it takes a backslash for a slash. */
const backslash: WorkingDirectory = {
  what: 'a directory with a backslash in its name',
  make: (room) => made(room.path('names', 'back\\slash')),
};

const long: readonly WorkingDirectory[] = [
  // Around the length from which on a key is cut, and up to what a path may have.
  ...[199, 200, 201, 202, 300, 1000, 3900].map((length): WorkingDirectory => ({
    what: `a path of ${length} characters`,
    make: (room) => made(padded(room.path('long'), 'x', length)),
  })),
  ...[200, 201, 300].map((length): WorkingDirectory => ({
    what: `a path of ${length} characters, most of them no ASCII`,
    make: (room) => made(padded(room.path('wide'), '\u00E9', length)),
  })),
  {
    what: 'a path of 300 characters, most of them of two units',
    make: (room) => made(padded(room.path('astral'), '\u{1F600}', 300)),
  },
  {
    what: 'a path that differs from another one after 200 characters only',
    make: (room) => made(`${padded(room.path('long'), 'x', 299)}y`),
  },
];

const roundabout: readonly WorkingDirectory[] = [
  { what: 'the root', make: () => Promise.resolve('/') },
  {
    what: 'a path with a slash at its end',
    make: async (room) => `${await made(room.path('slash'))}/`,
  },
  {
    what: 'a path with detours',
    make: async (room) => `${await made(room.path('detour'))}/.././/detour/.`,
  },
  { what: 'a link to a directory', make: (room) => linked(room, 'link') },
  {
    what: 'a link to a link to a directory',
    make: async (room) => {
      await symlink(await linked(room, 'near-link'), room.path('far-link'));
      return room.path('far-link');
    },
  },
  {
    what: 'a path through a link',
    make: async (room) => {
      await made(room.path('real-through-link', 'inside'));
      return `${await linked(room, 'through-link')}/inside`;
    },
  },
  {
    what: 'a link, of which the shell knows',
    make: (room) => linked(room, 'known-link'),
    environment: (room) => ({ PWD: room.path('known-link') }),
  },
  {
    what: 'a directory other than the one of which the shell knows',
    make: (room) => made(room.path('left')),
    environment: (room) => ({ PWD: room.path('work') }),
  },
];

/** Many for the new program, fewer for the old one: each start costs half a second. */
export const workingDirectories: Readonly<Record<ProgramName, readonly WorkingDirectory[]>> = {
  old: [...named.filter((_, index) => index % 4 === 0), ...long, ...roundabout],
  new: [...named, backslash, ...long, ...roundabout],
};

async function made(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}

async function linked(room: Room, name: string): Promise<string> {
  await symlink(await made(room.path(`real-${name}`)), room.path(name));
  return room.path(name);
}

/** A path of exactly this many characters, which begins and ends as told. */
function padded(start: string, filling: string, length: number): string {
  const deepest = 50;
  let path = start;
  let left = length - start.length;
  while (left > 0) {
    // Neither a separator alone at the end, nor an empty name.
    const take = left - deepest - 1 === 1 ? deepest - 1 : Math.min(deepest, left - 1);
    path += `/${filling.repeat(take)}`;
    left -= take + 1;
  }
  return path;
}
