import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, isIPv6 } from 'node:net';
import { once } from 'node:events';
import { removeSocket } from '../files.ts';
import { reasonOf, UsageError } from '../exit.ts';

/** Where to listen: a socket, or a port that only this machine reaches. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Reads `--listen`: the path of a socket, a port, or a loopback host with a port. */
export function addressFrom(value: string): Address {
  if (value.startsWith('/')) return { path: value };
  const [, host = '127.0.0.1', port = ''] = /^(?:(.*):)?(\d{1,5})$/.exec(value) ?? [];
  if (port === '' || Number(port) > 65_535) {
    throw new UsageError(
      `--listen ${value}: it must be a port, a host with a port, or the absolute path of a socket`,
    );
  }
  if (!LOOPBACK.test(host)) {
    throw new UsageError(
      `--listen ${value}: only loopback hosts, such as 127.0.0.1, because everybody who reaches it may read it`,
    );
  }
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return { host: isIPv6(bare) || bare === 'localhost' ? bare : host, port: Number(port) };
}

/** What is answered, by path. */
export type Pages = Readonly<
  Record<string, () => { readonly type: string; readonly body: string }>
>;

/** Answers GET; a browser that was led here by another name is refused. */
export async function serve(address: Address, pages: Pages): Promise<Server> {
  const server = createServer((request, response) => {
    const { status, type = 'text/plain', body } = answer(request, pages, 'path' in address);
    const headers = { 'content-type': type, 'cache-control': 'no-store' };
    response.writeHead(status, headers).end(body);
  });
  try {
    await listening(server, address);
  } catch (error) {
    // A daemon that was killed leaves its socket behind.
    if (!('path' in address) || (await isAnswering(address.path))) throw error;
    await removeSocket(address.path);
    await listening(server, address);
  }
  return server;
}

async function listening(server: Server, address: Address): Promise<void> {
  server.listen(address);
  await once(server, 'listening');
}

async function isAnswering(path: string): Promise<boolean> {
  const socket = connect(path);
  return await once(socket, 'connect')
    .then(
      () => true,
      (error: unknown) =>
        !(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'),
    )
    .finally(() => socket.destroy());
}

function answer(
  { method, url = '/', headers }: IncomingMessage,
  pages: Pages,
  isSocket: boolean,
): { readonly status: number; readonly type?: string; readonly body: string } {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  if (!isSocket && !LOOPBACK.test(host)) return { status: 403, body: 'not a loopback host\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'only GET\n' };
  const path = url.replace(/\?.*/, '');
  const page = Object.hasOwn(pages, path) ? pages[path]?.() : undefined;
  if (page !== undefined) return { status: 200, ...page };
  return { status: 404, body: `${Object.keys(pages).join('\n')}\n` };
}

/** A port that is taken, or a socket that can't be created, is a mistake of the command line. */
export function cannotListen(error: unknown): never {
  throw new UsageError(`--listen: ${reasonOf(error)}`);
}
