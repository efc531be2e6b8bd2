import { isObject } from '../core/json.ts';
import { kind, optional, port } from '../core/options.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { type ProcessInspector, realProcesses, unknownProcesses } from '../fs/processes.ts';
import { realSessionDisk, type SessionReadFs, sessionReadPort } from '../fs/session-fs.ts';
import { RequiredShared, sharedLinks } from '../links/required.ts';
import { isProgramVersion } from './program.ts';
import { isValidResumeUUID } from './resume-uuid.ts';

/** The option `fs` of calls that only read. */
export const readFsKind = /* @__PURE__ */ (() =>
  optional(port<FsLike<SessionReadFs>>(sessionReadPort)))();

/** The file system that this option means. */
export function readFsOf(fs: FsLike<SessionReadFs> | undefined): SessionReadFs {
  return fs === undefined ? realSessionDisk : promisesOf(fs);
}

/** The option `required`. */
export const requiredKind = /* @__PURE__ */ optional(sharedLinks, RequiredShared);

/** A session id: it becomes part of paths and commands. */
export const sessionIdKind = /* @__PURE__ */ kind(
  isValidResumeUUID,
  'a session id, as parseResumeUUID returns it',
);

/** A version of Claude Code. */
export const programVersionKind = /* @__PURE__ */ kind(
  isProgramVersion,
  'a version such as 2.1.332',
);

/** Tells which processes are running. */
export const processInspectorKind = /* @__PURE__ */ kind(
  (value): value is ProcessInspector =>
    isObject(value) && typeof Reflect.get(value, 'status') === 'function',
  'an object with a function status',
);

/** The default of that option: with an injected file system no process is known. */
export function defaultInspector(fs: unknown): ProcessInspector {
  return fs === undefined ? realProcesses : unknownProcesses;
}
