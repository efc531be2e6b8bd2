import { readFileSync } from 'node:fs';
import type { QuotaLimit, QuotaScope } from 'claude-shared-state/failover';

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
  /** Whom it concerns, where it matters here. */
  readonly scope?: QuotaScope;
  /** When the program goes on by itself. */
  readonly continues?: string;
  /** When that ends, where it matters here. */
  readonly resets?: string;
}

/**
 * Panes and messages of Claude Code at a limit and beside one, against the stand-in: panes without the banner, blank lines
 * and trailing space, messages with the fields that matter.
 */
export const captured = [...panesIn('captured.txt'), ...messagesIn('captured.jsonl')];

/** Texts of versions that are not at hand, from reports; the pane around them is rebuilt where they quote none. */
export const reported = [...panesIn('reported.txt'), ...messagesIn('reported.jsonl')];

/** Panes of sessions that hit a limit, ended, and were resumed under an account without one; captured like the limits. */
export const resumed = panesIn('resumed.txt');

/** Each pane stands below a line with `===` and what is known of it. */
function panesIn(file: string): readonly QuotaText[] {
  const records = textOf(file).split(/^=== /m).slice(1);
  return records.map((record) => {
    const end = record.indexOf('\n');
    return { ...parsed(record.slice(0, end)), pane: record.slice(end + 1, -1) };
  });
}

function messagesIn(file: string): readonly QuotaText[] {
  return textOf(file).trimEnd().split('\n').map(parsed);
}

function textOf(file: string): string {
  return readFileSync(new URL(`quota-texts/${file}`, import.meta.url), 'utf8');
}

function parsed(json: string): QuotaText {
  const value: unknown = JSON.parse(json);
  if (!isQuotaText(value)) throw new Error(`no quota text: ${json}`);
  return value;
}

function isQuotaText(value: unknown): value is QuotaText {
  return typeof value === 'object' && value !== null && 'provenance' in value;
}

/** Puts an excerpt between a prompt and the input box of a version after 1.0.100. */
export function inPane(excerpt: string, prompt = '> continue'): string {
  const rule = '─'.repeat(80);
  return `${prompt}\n${excerpt}\n\n${rule}\n> \n${rule}\n  ? for shortcuts\n`;
}
