import { isObject } from './json.ts';

/** What the probe uses of a memfs volume. */
interface Volume {
  writeFileSync(path: string, content: string): void;
  symlinkSync(target: string, path: string): void;
  openSync(path: string, flags: number): number;
}

// By its constructor: a file system is made for each test, the module that makes them is loaded once.
const known = new WeakMap<object, boolean>();

/**
 * Whether a file system is a memfs older than 4.70: it follows links that it is told not to follow, appends to the
 * beginning of files (4.28 to 4.66), or finds nothing behind a link (before 4.36), and every call would believe it.
 *
 * The probe opens a link in a volume of its own, so that nothing is touched, and no version has to be known.
 */
export function isOutdatedMemfs(fs: object): boolean {
  const promises: unknown = Reflect.get(fs, 'promises') ?? fs;
  const volume: unknown = isObject(promises) ? Reflect.get(promises, 'fs') : undefined;
  const constants: unknown = isObject(promises) ? Reflect.get(promises, 'constants') : undefined;
  if (!isObject(volume) || !isObject(constants) || !('fromJSON' in volume)) return false;
  const make: unknown = volume.constructor;
  if (typeof make !== 'function') return false;
  const outdated = known.get(make) ?? followsLinks(make, constants);
  known.set(make, outdated);
  return outdated;
}

function followsLinks(make: Function, constants: object): boolean {
  const volume: unknown = Reflect.construct(make, []);
  if (!isVolume(volume)) return false;
  volume.writeFileSync('/file', '');
  volume.symlinkSync('/file', '/link');
  const flags = Number(Reflect.get(constants, 'O_NOFOLLOW'));
  try {
    volume.openSync('/link', flags);
    return true;
  } catch {
    return false;
  }
}

function isVolume(value: unknown): value is Volume {
  const needed = ['writeFileSync', 'symlinkSync', 'openSync'];
  return isObject(value) && needed.every((name) => typeof Reflect.get(value, name) === 'function');
}
