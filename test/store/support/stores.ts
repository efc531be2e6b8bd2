import { randomUUID } from 'node:crypto';
import { S3 } from '@aws-sdk/client-s3';
import type { SharedStore, StoreOptions } from 'claude-shared-state/store';
import { postgresStore } from 'claude-shared-state/store/postgres';
import { s3Store } from 'claude-shared-state/store/s3';
import { valkeyStore } from 'claude-shared-state/store/valkey';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { inject, onTestFinished } from 'vitest';

export const kinds = ['postgres', 'valkey', 's3'] as const;
export type Kind = (typeof kinds)[number];

/** A place in an engine that nothing else uses: each call of `open` is another process's store, as it were. */
export interface Place {
  open(options?: StoreOptions): SharedStore;
}

export function clientFor(kind: Kind, port: number = inject('ports')[kind]) {
  switch (kind) {
    case 'postgres': {
      const pool = new Pool({
        host: '127.0.0.1',
        port,
        user: 'store',
        database: 'postgres',
        max: 4,
      });
      // Of connections that are idle when the server dies.
      pool.on('error', () => {});
      onTestFinished(() => pool.end());
      return pool;
    }
    case 'valkey': {
      const redis = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 2 });
      redis.on('error', () => {});
      onTestFinished(() => {
        redis.disconnect();
      });
      return redis;
    }
    case 's3': {
      const s3 = s3Client(port);
      onTestFinished(() => {
        s3.destroy();
      });
      return s3;
    }
  }
}

export function s3Client(port: number): S3 {
  return new S3({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
}

/** A new place in an engine, prepared. */
export async function newPlace(kind: Kind, port?: number): Promise<Place> {
  const name = `t${randomUUID().replaceAll('-', '')}`;
  const place: Place = { open: (options) => openStore(kind, name, options, port) };
  await place.open().prepare();
  return place;
}

export function openStore(
  kind: Kind,
  name: string,
  options: StoreOptions = {},
  port?: number,
): SharedStore {
  const client = clientFor(kind, port);
  if (client instanceof Pool) return postgresStore(client, { schema: name, ...options });
  if (client instanceof Redis) return valkeyStore(client, { prefix: `${name}:`, ...options });
  return s3Store(client, { bucket: 'sessions', prefix: `${name}/`, ...options });
}
