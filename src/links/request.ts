import type { Operation } from '../core/error.ts';
import {
  check,
  flag,
  type Kind,
  optional,
  options as optionsOf,
  path,
  port,
  type Schema,
  somePaths,
} from '../core/options.ts';
import type { PortShape } from '../core/port-shape.ts';
import { boundsOf, findOverlaps } from './contain.ts';
import { SharedStateError } from './error.ts';
import { RequiredShared, sharedLinks, type SharedSymlink } from './required.ts';

/** What every call about links accepts. */
export interface LinkOptions<Fs> {
  /** The shared links every home must have; {@link RequiredShared} by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The file system to work on; the real disk by default, and never a mixture of both. */
  readonly fs?: Fs | undefined;
}

/** What only `inspectAll` and its twin accept. */
export interface InspectOnlyOptions {
  /** Whether to read the homes' settings and warn of `retention-shorter`; false by default. */
  readonly retention?: boolean | undefined;
}

/** Arguments that have been checked. */
export interface Request<Fs = unknown> {
  /** Each spelling once. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  /** The homes that were given more than once. */
  readonly repeated: ReadonlySet<string>;
  /** Whether to look at retention even if no link is created. */
  readonly retention: boolean;
  /** Absent if the real disk is meant. */
  readonly fs: Fs | undefined;
}

/** The argument that names the homes, by its own name. */
export type Subject = { readonly accountHome: unknown } | { readonly accountHomes: unknown };

type Given<Fs> = LinkOptions<Fs> & InspectOnlyOptions;

/** The options of a call that works on a file system with a port, and of one that only inspects. */
export function linkOptions<Fs>(shape: PortShape, more: Partial<Schema<InspectOnlyOptions>> = {}) {
  const common = { required: optional(sharedLinks, RequiredShared), fs: optional(port<Fs>(shape)) };
  return optionsOf<Given<Fs>>({ ...common, ...more });
}

/** What only `inspectAll` and its twin accept. */
export const inspectOnlyOptions = /* @__PURE__ */ (() => ({ retention: optional(flag, false) }))();

/** Checks the arguments of a call, and throws everything that is wrong with them at once. */
export function checkRequest<Fs>(
  operation: Operation,
  subject: Subject,
  given: unknown,
  kind: Kind<Given<Fs>>,
): Request<Fs> {
  const call =
    'accountHome' in subject
      ? check(operation, { accountHome: path, options: kind }, { ...subject, options: given })
      : check(
          operation,
          { accountHomes: somePaths, options: kind },
          { ...subject, options: given },
        );
  const homes = 'accountHome' in call ? [call.accountHome] : call.accountHomes;
  const { required = RequiredShared, retention = false, fs } = call.options;
  const accountHomes = [...new Set(homes)];
  refuseOverlaps(operation, accountHomes, required);
  const seen = new Set<string>();
  const repeated = homes.filter((home) => seen.size === seen.add(home).size);
  return { accountHomes, required, repeated: new Set(repeated), retention, fs };
}

/** Throws if a home or target is inside another one, as far as the paths alone tell. */
export function refuseOverlaps(
  operation: Operation,
  accountHomes: readonly string[],
  required: readonly SharedSymlink[],
): void {
  const homes = accountHomes.map((home) => boundsOf(home, home));
  const targets = required.map(({ name, target }) => boundsOf(target, target, name));
  const [first, ...others] = findOverlaps(homes, targets).map(({ finding }) => finding);
  if (first !== undefined) throw new SharedStateError(operation, [first, ...others]);
}
