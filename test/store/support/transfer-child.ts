/** Pushes or pulls, and dies in the middle: `<push|pull> <kind> <port> <place> <root> <calls until death>`. */
import { exportFromStore, type SessionLog, syncToStore } from 'claude-shared-state/store';
import { createSessionStore } from 'claude-shared-state/store';
import { machineAt } from './pool.ts';
import { storeOf } from './clients.ts';

const [direction, kind = '', port, place = '', root = '', calls] = process.argv.slice(2);
let left = Number(calls);

/** Every second death is before the call, the others are while it is under way. */
function dying<Value>(call: () => Value): Value {
  left -= 1;
  if (left === 0 && Number(calls) % 2 === 0) process.kill(process.pid, 'SIGKILL');
  const value = call();
  if (left === 0) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
  return value;
}

const { store, close } = storeOf(kind, place, Number(port));
const { log } = store;
const mortal: SessionLog = {
  ...log,
  append: (...args) => dying(() => log.append(...args)),
  head: (key) => dying(() => log.head(key)),
  list: (...args) => dying(() => log.list(...args)),
  read: (...args) => dying(() => log.read(...args)),
};
const { options } = await machineAt(root);
const transfer = direction === 'push' ? syncToStore : exportFromStore;
const report = await transfer(createSessionStore(mortal), options);
process.stdout.write(report.outcome);
await close();
