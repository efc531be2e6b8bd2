import { randomUUID } from 'node:crypto';
import type { SharedStore, StoreOptions } from 'claude-shared-state/store';
import { inject, onTestFinished } from 'vitest';
import { type Kind, storeOf } from './clients.ts';

/** A part of an engine that nothing else uses: each call of `open` is another process's store, as it were. */
export interface Place {
  readonly name: string;
  readonly port: number;
  open(options?: StoreOptions): SharedStore;
}

/** A new place in an engine. */
export function newPlace(kind: Kind, port: number = inject('ports')[kind]): Place {
  const name = `t${randomUUID().replaceAll('-', '')}`;
  return {
    name,
    port,
    open: (options) => openStore(kind, name, port, options),
  };
}

/** The same, prepared. */
export async function preparedPlace(kind: Kind, port?: number): Promise<Place> {
  const place = newPlace(kind, port);
  await place.open().prepare();
  return place;
}

/** A store that is closed when the test is finished. */
export function openStore(
  kind: Kind,
  name: string,
  port: number,
  options?: StoreOptions,
): SharedStore {
  const { store, close } = storeOf(kind, name, port, options);
  onTestFinished(close);
  return store;
}
