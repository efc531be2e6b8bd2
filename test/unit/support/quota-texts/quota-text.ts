import type { QuotaLimit } from 'claude-shared-state/failover';

/** A text or message that a gate has to judge, and what it is. */
export interface QuotaText {
  readonly name: string;
  /** The program that printed it, or the report that quotes it. */
  readonly provenance: string;
  /** When it was seen, as far as that is known. */
  readonly at: string;
  /** The whole pane. */
  readonly pane?: string;
  /** Or a message of the Agent SDK. */
  readonly message?: unknown;
  /** The limit that it tells; without one it is a false alarm. */
  readonly limit?: QuotaLimit;
  /** When that ends, where it matters here. */
  readonly resets?: string;
}

/** Puts an excerpt that was reported back between a prompt and the input box of a version after 1.0.100. */
export function inPane(excerpt: string, prompt = '> continue'): string {
  const rule = '─'.repeat(80);
  return `${prompt}\n${excerpt}\n\n${rule}\n> \n${rule}\n  ? for shortcuts\n`;
}

/** The same, in the box of 1.x. */
export function inOldPane(excerpt: string): string {
  const rule = '─'.repeat(78);
  const box = `╭${rule}╮\n│ >${' '.repeat(75)}│\n╰${rule}╯`;
  return `> continue\n${excerpt}\n\n${box}\n  ? for shortcuts\n`;
}
