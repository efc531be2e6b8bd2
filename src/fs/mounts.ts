import { toResult } from '../core/result.ts';
import { lstatOrUndefined } from './io.ts';
import type { MigrateReadFs } from './migrate-fs.ts';
import { textOf } from './port.ts';
import { isAtOrBelow, join, withTrailingSep } from '../core/paths.ts';

/** Something that is mounted, as the kernel lists it. */
export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly options: string;
}

/** All mounts this process sees, in order; none if the system does not list them. */
export async function readMounts(fs: MigrateReadFs): Promise<readonly Mount[]> {
  const table = await toResult(fs.readFile('/proc/self/mountinfo', 'utf8'));
  if (!table.ok) return [];
  return textOf(table.value)
    .split('\n')
    .flatMap((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [, , , , point] = before.split(' ');
      const [type, , options] = after.split(' ');
      return point === undefined || type === undefined
        ? []
        : [{ point: unescaped(point), type, options: unescaped(options ?? '') }];
    });
}

// Blanks, tabs, newlines and backslashes are written as octal numbers.
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The mount that a real path is in; of several at one place the last one counts. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts
    .filter(({ point }) => isAtOrBelow(path, point))
    .reduce<Mount | undefined>(
      (best, mount) => (mount.point.length >= (best?.point.length ?? 0) ? mount : best),
      undefined,
    );
}

/** Whether a directory in an overlay comes from a lower layer; `false` if the layers can't be seen from here. */
export async function isInLowerLayer(
  fs: MigrateReadFs,
  { type, point, options }: Mount,
  path: string,
): Promise<boolean> {
  if (type !== 'overlay' || /(?:^|,)redirect_dir=on(?:,|$)/.test(options)) return false;
  const layers = /(?:^|,)lowerdir=([^,]*)/.exec(options)?.[1]?.split(':') ?? [];
  const below = path.slice(withTrailingSep(point).length);
  for (const layer of layers) {
    const info = await toResult(lstatOrUndefined(fs, join(layer, below)));
    if (info.ok && info.value !== undefined) return true;
  }
  return false;
}
