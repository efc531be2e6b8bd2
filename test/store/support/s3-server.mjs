/*
 * A server with the interface of S3, for tests only: s3rver, which ignores conditions on writing, with `If-None-Match: *` as
 * S3 documents it. `node s3-server.mjs <port> <directory> <conditions: yes|no>`
 */
import { existsSync } from 'node:fs';
import S3rver from '@20minutes/s3rver';

const [port, directory, conditions] = process.argv.slice(2);
const server = new S3rver({
  address: '127.0.0.1',
  port: Number(port),
  directory,
  silent: true,
  // It computes another signature than the SDK for some keys.
  allowMismatchedSignatures: true,
  configureBuckets: [{ name: 'sessions' }],
});

/** Paths that are being written: only one request at a time finds that there is no object. */
const writing = new Map();
if (conditions === 'yes') {
  server.middleware.unshift(async (ctx, next) => {
    if (ctx.method !== 'PUT' || ctx.get('if-none-match') !== '*') {
      // Nobody sees half an object.
      await Promise.all(writing.values());
      return await next();
    }
    const before = writing.get(ctx.path);
    const turn = (async () => {
      await before;
      const [, bucket, ...key] = ctx.path.split('/').map(decodeURIComponent);
      if (existsSync(server.store.getResourcePath(bucket, key.join('/'), 'object'))) {
        ctx.req.resume();
        ctx.status = 412;
        ctx.type = 'application/xml';
        ctx.body = '<?xml version="1.0"?><Error><Code>PreconditionFailed</Code></Error>';
        return;
      }
      try {
        await next();
      } finally {
        // S3 keeps an object as a whole or not at all.
        const isWhole = ctx.req.complete && ctx.status === 200;
        if (!isWhole) await server.store.deleteObject(bucket, key.join('/'));
      }
    })();
    const settled = turn.catch(() => {});
    writing.set(ctx.path, settled);
    await turn;
    if (writing.get(ctx.path) === settled) writing.delete(ctx.path);
  });
}

// It finds no prefixes of objects that are several directories below.
const { store } = server;
const listObjects = store.listObjects.bind(store);
store.listObjects = async (bucket, { delimiter = '', ...options }) => {
  const result = await listObjects(bucket, options);
  if (delimiter === '') return result;
  const start = (options.prefix ?? '').length;
  const prefixes = result.objects.map(({ key }) => key.slice(0, key.indexOf(delimiter, start) + 1));
  return { ...result, objects: [], commonPrefixes: [...new Set(prefixes)] };
};
await server.run();
console.log('ready');
