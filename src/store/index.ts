export type { Head, ListedFile, LogKey, SessionLog } from './log.ts';
export { createSessionStore } from './session-store.ts';
export type {
  Content,
  SessionKey,
  SessionStoreEntry,
  SessionSummaryEntry,
  SharedStore,
  StoreOptions,
} from './session-store.ts';
