import { type Flaw, FlawFields } from './flaw-fields.ts';
import { JsonField } from './json-field.ts';
import { type Notice, NoticeFields } from './notice-fields.ts';

const LIMIT = 256;
const CWD_LIMIT = 4096;

/**
 * What a record is to the program that resumes:
 *
 * - `message`: it makes the transcript usable
 * - `undated`: something said, with no time that parses; fatal if nothing is said after it
 * - `malformed`: something said, without content: 2.1.329 passes over it, 2.1.197 fails with an error
 * - `side-chain`: it would be a message, but in a conversation of its own
 * - `bookkeeping`: anything else
 */
export type RecordKind = 'message' | 'undated' | 'malformed' | 'side-chain' | 'bookkeeping';

/** What is wanted of one line. */
export interface TranscriptRecord {
  readonly kind: RecordKind;
  readonly isSideChain: boolean;
  /** Whether the user or the assistant speaks. */
  readonly isSaid: boolean;
  readonly isReply: boolean;
  /** Whether the main conversation goes on with it, dated or not. */
  readonly goesOn: boolean;
  /** Whether what came before is told again, shorter, in what follows. */
  readonly isCompaction: boolean;
  readonly flaw: Flaw | undefined;
  /** Whether 2.1.329 does not see it, because no part of its content has a type. */
  readonly isUntyped: boolean;
  readonly notice: Notice | undefined;
  readonly sessionId: string | undefined;
  readonly uuid: string | undefined;
  readonly parentUuid: string | undefined;
  /** The same for all records of one reply. */
  readonly replyId: string | undefined;
  readonly timestamp: string | undefined;
  readonly cwd: string | undefined;
}

/** Where a scanner leaves what is wanted of a line. */
export class RecordFields {
  readonly root = new JsonField();
  readonly #type = this.root.member('type', LIMIT);
  readonly #subtype = this.root.member('subtype', LIMIT);
  readonly #timestamp = this.root.member('timestamp', LIMIT);
  readonly #isSidechain = this.root.member('isSidechain', LIMIT);
  readonly #sessionId = this.root.member('sessionId', LIMIT);
  readonly #uuid = this.root.member('uuid', LIMIT);
  readonly #parentUuid = this.root.member('parentUuid', LIMIT);
  readonly #cwd = this.root.member('cwd', CWD_LIMIT);
  readonly #message = this.root.member('message');
  readonly #content = this.#message.member('content');
  readonly #replyId = this.#message.member('id', LIMIT);
  readonly #flaw = new FlawFields(this.root, this.#message, this.#content);
  readonly #notice = new NoticeFields(this.root);

  read(): TranscriptRecord {
    const type = this.#type.string;
    const timestamp = this.#timestamp.printed;
    const kind = this.#kind(type, !Number.isNaN(Date.parse(timestamp ?? '')));
    const isSideChain = this.#isSidechain.isTruthy;
    const isSaid = type === 'user' || type === 'assistant';
    return {
      kind,
      isSideChain,
      isSaid,
      isReply: type === 'assistant',
      goesOn: !isSideChain && isChained(type) && kind !== 'malformed',
      flaw: this.#flaw.read(type, isSideChain),
      isUntyped: isSaid && this.#flaw.isUntyped,
      notice: this.#notice.read(type),
      sessionId: this.#sessionId.string,
      isCompaction: type === 'system' && this.#subtype.string === 'compact_boundary',
      uuid: this.#uuid.string,
      parentUuid: this.#parentUuid.string,
      replyId: this.#replyId.string,
      timestamp,
      cwd: this.#cwd.string,
    };
  }

  #kind(type: string | undefined, isDated: boolean): RecordKind {
    const content = this.#content.kind;
    switch (type) {
      case 'user':
        return this.#kindOfSaid(content === 'string' || content === 'array', isDated);
      case 'assistant':
        return this.#kindOfSaid(content === 'array', isDated);
      case 'attachment':
      case 'system':
        if (!isDated) return 'bookkeeping';
        return this.#isSidechain.isTruthy ? 'side-chain' : 'message';
      default:
        return 'bookkeeping';
    }
  }

  #kindOfSaid(hasContent: boolean, isDated: boolean): RecordKind {
    if (this.#isSidechain.isTruthy) return hasContent && isDated ? 'side-chain' : 'bookkeeping';
    if (!hasContent) return 'malformed';
    return isDated ? 'message' : 'undated';
  }
}

function isChained(type: string | undefined): boolean {
  return type === 'user' || type === 'assistant' || type === 'attachment' || type === 'system';
}
