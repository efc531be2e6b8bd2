import type { FailoverSession } from '../../failover/index.ts';
import { isJsonObject, isText, jsonLine } from '../json.ts';
import type { LoopState, SwapNote, Tracked } from './loop.ts';

/** What a daemon must know after it was killed. */
export interface Memory {
  readonly loop: LoopState;
  /** How far the transcript of each session was read. */
  readonly cursors: ReadonlyMap<string, unknown>;
  /** The record of the process that each session was seen to run in last. */
  readonly records: ReadonlyMap<string, string>;
}

/** Reads what a daemon wrote; what is damaged is forgotten: accounts and terminals have the rest. */
export function memoryFrom(text: string | undefined): Memory {
  const value = versioned(text) ?? {};
  const { account, gate, server, avoided, waitUntil, cursors } = value;
  const loop = {
    account: isText(account) ? account : undefined,
    gate,
    sessions: entriesOf(value['sessions'], isTracked),
    server: isText(server) ? server : undefined,
    avoided: entriesOf(avoided, isNumber),
    waitUntil: isText(waitUntil) ? waitUntil : undefined,
  };
  const records = new Map(Object.entries(entriesOf(value['records'], isText)));
  return { loop, cursors: new Map(isJsonObject(cursors) ? Object.entries(cursors) : []), records };
}

/** What {@link memoryFrom} reads. */
export function memoryText({ loop, cursors, records }: Memory): string {
  const read = { cursors: Object.fromEntries(cursors), records: Object.fromEntries(records) };
  return jsonLine({ version: 1, ...loop, swap: undefined, ...read });
}

/** Reads the note of a swap that has sessions left. */
export function noteFrom(text: string | undefined): SwapNote | undefined {
  const value: unknown = versioned(text);
  return isNote(value) ? value : undefined;
}

/** What {@link noteFrom} reads. */
export function noteText(swap: LoopState['swap'], sessions: readonly FailoverSession[]): string {
  const cwds = Object.fromEntries(sessions.map(({ name, cwd }) => [name, cwd]));
  const panes = Object.fromEntries(
    sessions.flatMap(({ name, pane }) => (pane === undefined ? [] : [[name, pane]])),
  );
  return jsonLine({ version: 1, ...(swap && { ...swap, cwds, panes }) });
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

export const isNumber = (value: unknown): value is number => typeof value === 'number';
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
  isOver: isFlag,
  wasStopped: isFlag,
  isLost: isFlag,
};
const isTexts = (value: unknown) => isJsonObject(value) && Object.values(value).every(isText);
const note = {
  ...retry,
  hasMoved: isFlag,
  from: isText,
  to: isText,
  names: (value: unknown) => Array.isArray(value) && value.every(isText),
  cwds: isTexts,
  panes: isTexts,
};

const isTracked = (value: unknown): value is Tracked => hasAll(value, tracked);
const isNote = (value: unknown): value is SwapNote => hasAll(value, note);
