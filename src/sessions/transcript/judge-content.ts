import type { TranscriptContent } from './content.ts';
import { Flaws } from './flaws.ts';
import { OPEN_OBJECT } from './json-bytes.ts';
import { JsonLineScanner, type LineVerdict } from './json-line-scanner.ts';
import { Lineage } from './lineage.ts';
import { Notices } from './notices.ts';
import { RecordFields, type TranscriptRecord } from './record.ts';

/** What is larger the program reads otherwise: line by line, with a byte order mark as part of the first. */
const LARGEST_READ_WHOLE = 5 * 2 ** 20;

const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

/**
 * Judges the content of a transcript by the rules of the program that resumes (seen on 2.1.329 and
 * 2.1.197), while its bytes are passed by. Holds at most some 30 megabytes, whatever they are.
 */
export class TranscriptJudge {
  readonly #fields = new RecordFields();
  readonly #scanner = new JsonLineScanner(this.#fields.root);
  readonly #lineage = new Lineage();
  readonly #flaws = new Flaws();
  readonly #notices = new Notices();
  readonly #isReadWhole: boolean;
  #bytes = 0;
  /** How many bytes of a byte order mark the content starts with. */
  #marked = 0;
  /** There was a newline in a value. */
  #goesOn = false;
  #lines = 0;
  #invalidLines = 0;
  #overfullLines = 0;
  #messages = 0;
  #typedMessages = 0;
  #sideChainMessages = 0;
  /** Whether anybody speaks in the main conversation, and in a side chain. */
  #isSaid = false;
  #isSaidAside = false;
  #lastSaidIsUndated = false;
  #firstParent: string | undefined;
  #isCompacted = false;
  #firstTimestamp: string | undefined;
  #lastTimestamp: string | undefined;
  #cwd: string | undefined;

  /** @param size - How large the file is. */
  constructor(size = 0) {
    this.#isReadWhole = size <= LARGEST_READ_WHOLE;
  }

  /** Takes the next bytes; the chunk may be used again afterwards. */
  push(chunk: Uint8Array): void {
    let at = this.#passMark(chunk);
    this.#bytes += chunk.length;
    while (at < chunk.length) {
      // To the program a newline is white space, and where that leads nowhere, it starts again with
      // the next line: behind a torn line that is so at the second record at the latest. Not to have
      // to start again, a record at the start of a line is taken for what it is.
      if (this.#goesOn && chunk[at] === OPEN_OBJECT) this.#endLine();
      this.#goesOn = false;
      at = this.#scanner.scan(chunk, at);
      if (at < chunk.length) {
        this.#goesOn = this.#isReadWhole && this.#scanner.canGoOn;
        if (!this.#goesOn) this.#endLine();
      }
      at += 1;
    }
  }

  /** Says what all that was pushed comes to; nothing can be pushed after that. */
  end(): TranscriptContent {
    const rest = this.#endLine();
    const isFragment = this.#firstParent !== undefined && !this.#lineage.has(this.#firstParent);
    const areFatalToAll = this.#flaws.areFatalToAll(this.#lineage);
    return {
      state: this.#state(),
      bytes: this.#bytes,
      lines: this.#lines,
      messages: this.#messages,
      invalidLines: this.#invalidLines,
      overfullLines: this.#overfullLines,
      isUntyped: this.#messages > 0 && this.#typedMessages === 0,
      hasMalformedTurn: this.#flaws.areFatal || areFatalToAll,
      hasMalformedNote: areFatalToAll || this.#notices.hasOddTitle,
      lacksFinalNewline: rest !== 'blank' && !this.#goesOn,
      endsTorn: rest === 'not-json' && !this.#goesOn,
      isFragment: isFragment && !this.#isCompacted,
      leaves: this.#lineage.leaves(),
      organizations: this.#notices.organizations,
      isEnded: this.#notices.isEnded,
      isCodeMode: this.#notices.isCodeMode,
      firstTimestamp: this.#firstTimestamp,
      lastTimestamp: this.#lastTimestamp,
      cwd: this.#cwd,
    };
  }

  #state(): TranscriptContent['state'] {
    if (this.#lines === 0) return 'empty';
    if (this.#lines === this.#invalidLines) return 'garbage';
    if (this.#lastSaidIsUndated) return 'undated';
    // Lines of attachment and system alone do, but only where nobody speaks at all.
    if (this.#messages > 0 && (this.#isSaid || !this.#isSaidAside)) {
      return this.#notices.isRewound ? 'rewound' : 'usable';
    }
    return this.#sideChainMessages > 0 ? 'side-chains' : 'bookkeeping';
  }

  /** Passes over a byte order mark, as the program does, but only at the start of everything. */
  #passMark(chunk: Uint8Array): number {
    if (!this.#isReadWhole || this.#bytes > this.#marked) return 0;
    let at = 0;
    while (at < chunk.length && chunk[at] === BYTE_ORDER_MARK[this.#marked]) {
      at += 1;
      this.#marked += 1;
    }
    this.#scanner.scan(chunk.subarray(0, at), 0);
    if (this.#marked === BYTE_ORDER_MARK.length) this.#scanner.finish();
    return at;
  }

  #endLine(): LineVerdict {
    const verdict = this.#scanner.finish();
    if (verdict === 'blank') return verdict;
    this.#lines += 1;
    if (verdict === 'not-json' || this.#fields.root.kind !== 'object') {
      this.#invalidLines += 1;
      if (verdict !== 'not-json' && this.#fields.root.kind === 'null') this.#flaws.addNull();
    } else {
      if (verdict === 'json-and-more') this.#overfullLines += 1;
      this.#add(this.#fields.read());
    }
    return verdict;
  }

  #add(record: TranscriptRecord): void {
    this.#cwd = record.cwd ?? this.#cwd;
    this.#notices.add(record);
    if (record.isSideChain) this.#lineage.addAside(record);
    else this.#lineage.add(record);
    this.#flaws.add(record, this.#lineage);
    switch (record.kind) {
      case 'message':
        this.#addMessage(record);
        break;
      case 'undated':
        this.#lastSaidIsUndated = true;
        break;
      case 'side-chain':
        this.#sideChainMessages += 1;
        if (record.isSaid) this.#isSaidAside = true;
        break;
      case 'malformed':
      case 'bookkeeping':
        break;
    }
  }

  #addMessage(record: TranscriptRecord): void {
    if (this.#messages === 0) {
      this.#firstParent = record.parentUuid;
      this.#firstTimestamp = record.timestamp;
    }
    this.#messages += 1;
    if (!record.isUntyped) this.#typedMessages += 1;
    this.#lastTimestamp = record.timestamp;
    if (record.isSaid) {
      this.#isSaid = true;
      this.#lastSaidIsUndated = false;
    }
    if (record.isCompaction) {
      this.#isCompacted = true;
      this.#lineage.compact();
    }
  }
}
