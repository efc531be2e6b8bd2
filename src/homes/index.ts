export { findAccountHomes } from './find-account-homes.ts';
export type { SkippedDirectory } from './find-account-homes.ts';
