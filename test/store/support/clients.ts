import { S3 } from '@aws-sdk/client-s3';
import type { SharedStore, StoreOptions } from 'claude-shared-state/store';
import { postgresStore } from 'claude-shared-state/store/postgres';
import { s3Store } from 'claude-shared-state/store/s3';
import { valkeyStore } from 'claude-shared-state/store/valkey';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

export const kinds = ['postgres', 'valkey', 's3'] as const;
export type Kind = (typeof kinds)[number];

/** A store in a part of an engine that has this name, and what closes its client. */
export function storeOf(
  kind: string,
  name: string,
  port: number,
  options: StoreOptions = {},
): { readonly store: SharedStore; readonly close: () => Promise<void> } {
  if (kind === 'postgres') {
    const where = { host: '127.0.0.1', port, user: 'store', database: 'postgres' };
    const pool = new Pool({ ...where, max: 4 });
    // Of connections that are idle when the server dies.
    pool.on('error', () => {});
    const store = postgresStore(pool, { schema: name, ...options });
    return { store, close: () => pool.end() };
  }
  if (kind === 'valkey') {
    // With retries, a call in flight waits forever for a proxy that accepts connections and closes them (ioredis 6.0.0).
    const redis = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 0 });
    redis.on('error', () => {});
    const close = async () => {
      redis.disconnect();
    };
    return { store: valkeyStore(redis, { prefix: `${name}:`, ...options }), close };
  }
  const s3 = s3Client(port);
  const close = async () => {
    s3.destroy();
  };
  const store = s3Store(s3, { bucket: 'sessions', prefix: `${name}/`, ...options });
  return { store, close };
}

export function s3Client(port: number): S3 {
  return new S3({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
}
