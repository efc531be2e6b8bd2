import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer, type Server, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server that a test may kill and start again on the same data. */
export interface Engine {
  readonly port: number;
  start(): Promise<void>;
  /** With SIGKILL. */
  kill(): Promise<void>;
  /** For good: its data goes, too. */
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenAnywhere(server);
  server.close();
  return port;
}

/** On a port that was free, which is returned. */
async function listenAnywhere(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A directory for the data of an engine, which belongs to the user who runs it. */
async function dataDirectory(name: string): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), `store-${name}-`)));
  await chmod(directory, 0o700);
  if (isRoot) await chown(directory, NOBODY, NOBODY);
  return directory;
}

function asUser(command: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (!isRoot) return [command, args];
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  return ['setpriv', [...user, command, ...args]];
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

function engine(
  directory: string,
  port: number,
  command: string,
  args: readonly string[],
  isReady: () => Promise<boolean> = () => isListening(port),
): Engine {
  let child: ChildProcess | undefined;
  return {
    port,
    async start(): Promise<void> {
      const [program, words] = asUser(command, args);
      const started = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
      child = started;
      let said = '';
      started.stderr.on('data', (data: Buffer) => (said += data.toString()));
      while (!(await isReady())) {
        await soon();
        if (started.exitCode === null) continue;
        // Of PostgreSQL some processes live a moment longer than the one that was killed.
        if (said.includes('shared memory block')) return await this.start();
        throw new Error(`${command} ended: ${said}`);
      }
    },
    async kill() {
      if (child === undefined || child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      await this.kill();
      // Of PostgreSQL some processes write for a moment longer.
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Where Debian keeps the programs of PostgreSQL. */
async function postgresPrograms(): Promise<string> {
  const { stdout } = await run('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | tail -1']);
  return stdout.trim();
}

export async function startPostgres(): Promise<Engine> {
  const programs = await postgresPrograms();
  const directory = await dataDirectory('postgres');
  const data = join(directory, 'data');
  const initdb = ['-D', data, '-A', 'trust', '-U', 'store', '--no-sync', '-E', 'UTF8'];
  const [program, words] = asUser(join(programs, 'initdb'), initdb);
  await run(program, [...words], { cwd: '/' });
  const port = await freePort();
  const args = ['-D', data, '-k', directory, '-h', '127.0.0.1', '-p', String(port)];
  const psql = ['-h', '127.0.0.1', '-p', String(port), '-U', 'store', '-c', 'select 1', 'postgres'];
  const isReady = async () => {
    try {
      await run('psql', psql);
      return true;
    } catch {
      return false;
    }
  };
  const postgres = engine(directory, port, join(programs, 'postgres'), args, isReady);
  await postgres.start();
  return postgres;
}

export async function startValkey(): Promise<Engine> {
  const directory = await dataDirectory('valkey');
  const port = await freePort();
  const { stdout } = await run('sh', ['-c', 'command -v valkey-server || command -v redis-server']);
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, ...durable];
  const valkey = engine(directory, port, stdout.trim(), args);
  await valkey.start();
  return valkey;
}

const s3Program = fileURLToPath(new URL('s3-server.mjs', import.meta.url));

export async function startS3({ conditions = true } = {}): Promise<Engine> {
  const directory = await dataDirectory('s3');
  const port = await freePort();
  const args = [s3Program, String(port), directory, conditions ? 'yes' : 'no'];
  const s3 = engine(directory, port, process.execPath, args);
  await s3.start();
  return s3;
}

/** A way to a server that can be cut while something is under way. */
interface Proxy {
  readonly port: number;
  /** Drops every connection once this many more bytes have gone to the server, and refuses new ones until `mend`. */
  cutAfter(bytes: number): void;
  mend(): void;
  close(): void;
}

export async function startProxy(target: number): Promise<Proxy> {
  let left = Infinity;
  let isCut = false;
  const sockets = new Set<Socket>();
  const drop = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const server: Server = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const upstream = connect({ port: target, host: '127.0.0.1' });
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => {});
      each.on('close', () => {
        sockets.delete(each);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.on('data', (data) => {
      left -= data.length;
      upstream.write(data);
      if (left < 0) drop();
    });
    upstream.on('data', (data) => socket.write(data));
  });
  return {
    port: await listenAnywhere(server),
    cutAfter(bytes) {
      left = bytes;
    },
    mend() {
      left = Infinity;
      isCut = false;
    },
    close() {
      drop();
      server.close();
    },
  };
}
