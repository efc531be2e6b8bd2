import { isObject } from '../core/json.ts';
import { RequiredShared } from '../links/required.ts';
import { checkRequired } from '../links/request.ts';
import { ownDefaultHome } from '../sessions/program.ts';
import type { FailoverSession } from './failover-session.ts';
import {
  checkProgram,
  type Relaunching,
  refuseWhatCannotBeTyped,
  RESUME_TIMEOUT_MS,
  resumingOptions,
} from './relaunch-request.ts';
import { checkFailover, checkMilliseconds, type FailoverTools } from './request.ts';
import type { SwapOptions } from './options.ts';
import type { SwapEvent } from './swap-events.ts';

/** How long a program is given to end, in milliseconds, about. */
interface Patience {
  /** After it was asked to. */
  readonly graceMs: number;
  /** After it was killed, and for the shell to come back. */
  readonly afterKillMs: number;
}

/** A swap whose arguments have been found sound. */
export interface Swapping {
  readonly from: string;
  readonly to: string;
  readonly sessions: readonly FailoverSession[];
  readonly required: NonNullable<Relaunching['required']>;
  readonly relaunching: Relaunching;
  readonly patience: Patience;
  readonly tell: (event: SwapEvent) => void;
}

const GRACE_MS = 10_000;
const AFTER_KILL_MS = 5_000;

export function checkSwap(options: SwapOptions): {
  readonly tools: FailoverTools;
  readonly swapping: Swapping;
} {
  const own = ['from', 'to', 'sessions', 'graceMs', 'onEvent', ...resumingOptions];
  // A caller without types may hand over anything.
  const list: unknown = isObject(options) ? options.sessions : undefined;
  const { check, sessions, given, tools } = checkFailover(list, options, own);
  const { from = '', to = '', required = RequiredShared, resume = {}, onEvent } = given;
  const { graceMs = GRACE_MS, resumeTimeoutMs = RESUME_TIMEOUT_MS } = given;
  const { programVersion, defaultAccountHome = ownDefaultHome(given.fs) } = given;
  check.isPath('options.from', from);
  check.isPath('options.to', to);
  if (from === to) check.refuseOption('options.to', to, 'another account home than options.from');
  const links = checkRequired(check, required);
  checkMilliseconds(check, 'options.graceMs', graceMs);
  checkMilliseconds(check, 'options.resumeTimeoutMs', resumeTimeoutMs);
  checkProgram(check, { programVersion, defaultAccountHome });
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    check.refuseOption('options.onEvent', onEvent, 'a function');
  }
  check.finish('swapAccounts');
  refuseWhatCannotBeTyped(sessions, { resume, targetHome: to, defaultAccountHome });
  return {
    tools,
    swapping: {
      from,
      to,
      sessions,
      required: links,
      relaunching: {
        targetHome: to,
        accountHomes: [to, from],
        required: links,
        programVersion,
        defaultAccountHome,
        resume,
        timeoutMs: resumeTimeoutMs,
      },
      patience: { graceMs, afterKillMs: AFTER_KILL_MS },
      tell: (event) => onEvent?.(event),
    },
  };
}
