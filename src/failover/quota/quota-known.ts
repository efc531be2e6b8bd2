import type { QuotaEvidence } from './quota-evidence.ts';
import type { KnownMessage, QuotaGateState, QuotaSuspicion } from './quota-state.ts';

/** What identifies the message that a session shows. */
export function messageOf(
  session: string,
  { limit, model, resets, text }: QuotaEvidence,
  prompt: string,
  earlier: QuotaSuspicion | undefined,
): KnownMessage {
  const words = resets === undefined ? text : [limit, model ?? '', resets.text].join(' ');
  // The end that a time of the day means was read when it was seen first: the next day it would mean the next one.
  const first = earlier?.message.words === words ? earlier.message.resetsAt : undefined;
  const read = resets?.at === undefined ? undefined : Date.parse(resets.at);
  const resetsAt = first ?? read;
  return { session, words, prompt, ...(resetsAt === undefined ? {} : { resetsAt }) };
}

/**
 * Whether a message is one that was there before a swap. An end to come makes it unlike those of other accounts, so
 * that any session may show it; otherwise it must be the same session and prompt.
 */
export function isKnown({ known }: QuotaGateState, message: KnownMessage, now: number): boolean {
  return known.some(
    (it) =>
      it.words === message.words &&
      (isToCome(it, now) || (it.session === message.session && it.prompt === message.prompt)),
  );
}

// No session is called so.
const NOWHERE = '';

/** What is still known after a session went on: the same words in it would be news, but for an end to come. */
export function knownAfterWork({ known }: QuotaGateState, session: string, now: number) {
  return known
    .filter((it) => it.session !== session || isToCome(it, now))
    .map((it) => (it.session === session ? { ...it, session: NOWHERE } : it));
}

/** What is known after a swap. */
export function knownAfterSwap({ known, suspicions }: QuotaGateState, now: number) {
  const before = known.filter((it) => it.resetsAt === undefined || isToCome(it, now));
  return [...before, ...suspicions.map(({ message }) => message)];
}

function isToCome({ resetsAt }: KnownMessage, now: number): boolean {
  return resetsAt !== undefined && resetsAt > now;
}
