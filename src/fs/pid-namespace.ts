/** Where a process id is meant: the text that `ProcessInspector.self` gives, in its parts. */
interface PidNamespaceParts {
  /** Tells machines apart; empty if the machine has no identity. */
  readonly machine: string;
  /** The boot id of the kernel, which no other boot has, of any machine. */
  readonly boot: string;
  /** The inodes of the process namespace and of the time namespace, which shifts start times. */
  readonly pids: string;
  readonly times: string;
}

/** How the process namespace of a record relates to that of this process. */
export type PidNamespaceRelation =
  | 'same'
  /** Of this machine before it was booted again: every process in it has ended. */
  | 'earlier-boot'
  /** Of another container or machine, of which nothing can be known from here. */
  | 'elsewhere';

/** The kernel gives this inode to the namespace of its first process, on every machine. */
export const INITIAL_PID_NAMESPACE = '4026531836';

const PARTS = /^(?<machine>[\da-f]{32}|):(?<boot>[\da-f-]{36}):(?<pids>\d+):(?<times>\d*)$/;

/** The text for the parts; `undefined` if one of them is not known. */
export function formatPidNamespace(parts: PidNamespaceParts): string | undefined {
  const text = `${parts.machine}:${parts.boot}:${parts.pids}:${parts.times}`;
  return PARTS.test(text) ? text : undefined;
}

/** Whether a text is one of this library, and no `pidDomain` of Claude Code. */
export function isPidNamespace(text: string): boolean {
  return PARTS.test(text);
}

/**
 * Compares two process namespaces. Texts of another form, as a caller's own inspector may give, are only the
 * same or not.
 */
export function comparePidNamespaces(recorded: string, own: string): PidNamespaceRelation {
  if (recorded === own) return 'same';
  const [theirs, ours] = [parse(recorded), parse(own)];
  if (theirs === undefined || ours === undefined) return 'elsewhere';
  if (theirs.boot === ours.boot) {
    // Whatever became of the machine's name in the meantime.
    return theirs.pids === ours.pids && theirs.times === ours.times ? 'same' : 'elsewhere';
  }
  // Containers do not count: those of one image often have one machine id, on any number of machines.
  const isSameMachine = theirs.machine !== '' && theirs.machine === ours.machine;
  const areInitial = [theirs, ours].every(({ pids }) => pids === INITIAL_PID_NAMESPACE);
  return isSameMachine && areInitial ? 'earlier-boot' : 'elsewhere';
}

function parse(text: string): PidNamespaceParts | undefined {
  const { machine, boot, pids, times } = PARTS.exec(text)?.groups ?? {};
  // All or none: said once more for the compiler.
  if (machine === undefined || boot === undefined || pids === undefined || times === undefined) {
    return undefined;
  }
  return { machine, boot, pids, times };
}
