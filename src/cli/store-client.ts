import type { SharedStore } from '../store/index.ts';
import { type PostgresClient, postgresStore } from '../store/postgres.ts';
import { type S3Like, s3Store } from '../store/s3.ts';
import { type ValkeyClient, valkeyStore } from '../store/valkey.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** A store that a URL names, and what closes its client. */
export interface OpenStore {
  readonly store: SharedStore;
  readonly close: () => unknown;
  /** The URL without its password. */
  readonly url: string;
}

/** Opens a store with the driver that the URL needs; what it lacks of credentials comes from the environment. */
export async function openStore(given: string, writer: string, { env }: Io): Promise<OpenStore> {
  if (!URL.canParse(given)) throw new UsageError('--url is not a URL');
  const url = new URL(given);
  const safe = new URL(given);
  safe.password = '';
  // Some drivers take credentials here, too.
  safe.search = '';
  const shown = { url: safe.href };
  switch (url.protocol) {
    case 'postgres:':
    case 'postgresql:': {
      // It reads PGPASSWORD, PGPASSFILE and the others by itself.
      const pool = await create<PostgresClient & Closable>(
        'pg',
        'Pool',
        ['query', 'end', 'on'],
        [{ connectionString: given, max: 4 }],
      );
      pool.on('error', ignore);
      return { ...shown, store: postgresStore(pool, { writer }), close: () => pool.end() };
    }
    case 'redis:':
    case 'rediss:':
    case 'valkey:':
    case 'valkeys:': {
      url.protocol = url.protocol.replace('valkey', 'redis');
      const password = env['REDISCLI_AUTH'];
      const isGiven = url.password !== '' || password === undefined;
      const client = await create<ValkeyClient & { disconnect(): void } & Emitter>(
        'ioredis',
        'Redis',
        ['eval', 'hscan', 'disconnect', 'on'],
        [
          given.replace(/^valkey/, 'redis'),
          {
            // With retries, a call in flight waits forever for a proxy that accepts connections and closes them (ioredis 6.0.0).
            maxRetriesPerRequest: 0,
            commandTimeout: COMMAND_TIMEOUT_MS,
            ...(isGiven ? {} : { password }),
          },
        ],
      );
      client.on('error', ignore);
      return { ...shown, store: valkeyStore(client, { writer }), close: () => client.disconnect() };
    }
    case 's3:': {
      // It reads AWS_REGION, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and the others by itself.
      const forcePathStyle = env['AWS_ENDPOINT_URL'] !== undefined;
      const client = await create<S3Like & { destroy(): void }>(
        '@aws-sdk/client-s3',
        'S3',
        ['putObject', 'listObjectsV2', 'destroy'],
        [{ forcePathStyle }],
      );
      const path = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, '');
      const prefix = path === '' ? {} : { prefix: `${path}/` };
      const options = { bucket: url.hostname, ...prefix, writer };
      return { ...shown, store: s3Store(client, options), close: () => client.destroy() };
    }
    default:
      throw new UsageError('--url must begin with postgres://, redis://, valkey:// or s3://');
  }
}

// Behind a proxy that accepts connections for a dead server it would wait forever.
const COMMAND_TIMEOUT_MS = 60_000;

interface Emitter {
  on(event: 'error', listener: () => void): unknown;
}

interface Closable extends Emitter {
  end(): Promise<void>;
}

// The calls that are under way reject with it, too.
const ignore = () => {};

/** Makes a client of a driver, which is installed beside this package or is not. */
async function create<Client extends object>(
  driver: string,
  name: string,
  methods: readonly (keyof Client & string)[],
  options: readonly unknown[],
): Promise<Client> {
  const loaded: unknown = await import(driver).catch((error: unknown) => {
    if (memberOf(error, 'code') !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(`this store needs ${driver}: install it with npm install ${driver}`);
  });
  // Of a CommonJS module Node may find nothing but `default`.
  const found = memberOf(loaded, name) ?? memberOf(memberOf(loaded, 'default'), name);
  const client: unknown =
    typeof found === 'function' ? Reflect.construct(found, options) : undefined;
  const isClient = (value: unknown): value is Client =>
    methods.every((method) => typeof memberOf(value, method) === 'function');
  if (!isClient(client)) throw new UsageError(`the ${driver} that is installed has no ${name}`);
  return client;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
