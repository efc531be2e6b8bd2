export type { FsLike } from '../fs/port.ts';
export type { ConfigDirInspector } from '../fs/config-dirs.ts';
export type { SessionReadFs } from '../fs/session-fs.ts';
export type { SharedSymlink } from '../links/required.ts';
export type { Account } from './account.ts';
export { findAccountHomes } from './find-account-homes.ts';
export type {
  AccountHomes,
  FindAccountHomesOptions,
  SkippedDirectory,
} from './find-account-homes.ts';
export type { AccountHome, HomeLink, HomeRemark, SessionCount } from './home.ts';
export type { Environment, HomeRule } from './layouts.ts';
export type { SharedPool } from './pools.ts';
