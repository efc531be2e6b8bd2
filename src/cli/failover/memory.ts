import { isJsonObject, isText, jsonLine } from '../json.ts';
import type { LoopState, PendingSwap, Tracked } from './loop.ts';

/** Reads what a daemon wrote; what is damaged is forgotten: accounts and terminals have the rest. */
export function memoryFrom(text: string | undefined): LoopState {
  const { account, gate, sessions, swap, avoided, waitUntil } = versioned(text) ?? {};
  return {
    limits: [],
    account: isText(account) ? account : undefined,
    gate,
    sessions: entriesOf(sessions, isTracked),
    swap: isPendingSwap(swap) ? swap : undefined,
    avoided: entriesOf(avoided, isNumber),
    waitUntil: isText(waitUntil) ? waitUntil : undefined,
  };
}

/** What {@link memoryFrom} reads. */
export function memoryText(state: LoopState): string {
  return jsonLine({ version: 1, ...state });
}

/** What a daemon of this version wrote. */
export function versioned(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isJsonObject(value) && value['version'] === 1 ? value : undefined;
  } catch {
    return undefined;
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

function entriesOf<Value>(
  value: unknown,
  isRight: (value: unknown) => value is Value,
): Readonly<Record<string, Value>> {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.flatMap(([name, each]) => (isRight(each) ? [[name, each] as const] : [])),
  );
}

const states: ReadonlySet<unknown> = new Set<Tracked['state']>([
  'running',
  'ended',
  'killed',
  'missing',
  'busy',
]);

/** Whether it is an object whose members are right. */
export function hasAll(
  value: unknown,
  members: Readonly<Record<string, (value: unknown) => boolean>>,
): boolean {
  return (
    isJsonObject(value) && Object.entries(members).every(([name, isRight]) => isRight(value[name]))
  );
}

const retry = { failures: isNumber, retryAt: isNumber };
const tracked = {
  ...retry,
  cwd: isText,
  state: (value: unknown) => states.has(value),
  record: (value: unknown) => value === undefined || isText(value),
  isOver: isFlag,
  wasStopped: isFlag,
  isLost: isFlag,
};
const pendingSwap = {
  ...retry,
  from: isText,
  to: isText,
  names: (value: unknown) => Array.isArray(value) && value.every(isText),
};

const isTracked = (value: unknown): value is Tracked => hasAll(value, tracked);
const isPendingSwap = (value: unknown): value is PendingSwap => hasAll(value, pendingSwap);
