import { settle } from '../../answer.ts';
import { type MigrateFs, OPEN } from '../../fs/migrate-fs.ts';
import { childOf } from '../../paths.ts';
import { CallFailure } from './call-failure.ts';
import { makeDirectory, removeName } from './directories.ts';
import { incomingOf, temporaryName } from '../record/layout.ts';
import { withNewFile } from './open-file.ts';

/** What file systems answer that cannot give a file a second name, or not between two places. */
export const CANNOT_LINK: ReadonlySet<string> = new Set([
  'EXDEV',
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Tries whether a file in one directory can get a second name in another: device numbers do not tell, because of
 * bind mounts.
 */
export async function canLinkBetween(
  fs: MigrateFs,
  from: string,
  to: string,
  nonce: string,
): Promise<boolean> {
  const [file, name] = [childOf(from, temporaryName(nonce)), childOf(to, `.${nonce}`)];
  await withNewFile(fs, file, OPEN.create, () => Promise.resolve());
  const linked = await settle(fs.link(file, name));
  if (!linked.ok && !CANNOT_LINK.has(linked.errno)) throw new CallFailure(name, linked.error);
  if (linked.ok) await removeName(fs, name);
  await removeName(fs, file);
  return linked.ok;
}

/** The directory for what comes into a target; whether links can be made in it. */
export async function prepareIncoming(
  fs: MigrateFs,
  target: string,
  nonce: string,
): Promise<boolean> {
  const incoming = incomingOf(target);
  await makeDirectory(fs, incoming);
  return await canLinkBetween(fs, incoming, incoming, nonce);
}
