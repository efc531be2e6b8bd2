export { findAccountHomes } from './find-account-homes.ts';
export type { FindHomesFs, FoundHomes, SkippedDirectory } from './find-account-homes.ts';
