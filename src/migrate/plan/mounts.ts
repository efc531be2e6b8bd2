import { settle } from '../../answer.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { asPrefix, childOf } from '../../paths.ts';
import { factsAt } from '../disk/look.ts';

/** Something that is mounted, as the kernel tells it. */
export interface Mount {
  readonly id: string;
  readonly point: string;
  readonly type: string;
  readonly options: string;
}

/** All mounts that this process sees, in their order; none where the system does not tell. */
export async function readMounts(fs: MigrateReadFs): Promise<readonly Mount[]> {
  const told = await settle(fs.readFile('/proc/self/mountinfo', 'utf8'));
  return told.ok ? mountsIn(textOf(told.value)) : [];
}

/** Reads `/proc/<pid>/mountinfo`. */
function mountsIn(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [id, , , , point] = before.split(' ');
    const [type, , options] = after.split(' ');
    return id === undefined || point === undefined || type === undefined
      ? []
      : [{ id, point: unescaped(point), type, options: unescaped(options ?? '') }];
  });
}

// Blanks, tabs, newlines and backslashes are written as octal numbers.
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The mount that a real path lies in; of several at one place the last one is seen. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const prefix = asPrefix(path);
  return mounts
    .filter(({ point }) => prefix.startsWith(asPrefix(point)))
    .reduce<Mount | undefined>(
      (best, mount) => (mount.point.length >= (best?.point.length ?? 0) ? mount : best),
      undefined,
    );
}

/** File systems without hard links. */
export function hasNoHardLinks({ type }: Mount): boolean {
  return /^(?:vfat|msdos|exfat|fuseblk\.exfat)$/.test(type);
}

/**
 * Whether a directory in an overlay comes from a lower layer, so that renaming it fails; `false` where the layers
 * cannot be seen from here, as in most containers.
 */
export async function isInLowerLayer(
  fs: MigrateReadFs,
  { type, point, options }: Mount,
  path: string,
): Promise<boolean> {
  if (type !== 'overlay' || /(?:^|,)redirect_dir=on(?:,|$)/.test(options)) return false;
  const layersOf = (name: string) =>
    new RegExp(`(?:^|,)${name}=([^,]*)`).exec(options)?.[1]?.split(':') ?? [];
  const below = path.slice(asPrefix(point).length);
  const isIn = async (layer: string) => {
    const facts = await settle(factsAt(fs, childOf(layer, below)));
    return facts.ok && facts.value !== undefined;
  };
  const lower = await Promise.all(layersOf('lowerdir').map(isIn));
  return lower.includes(true);
}
