import { DIGIT_0, DIGIT_9, LETTER_E, MINUS, PLUS, POINT } from './json-bytes.ts';

/** How much of a JSON number has been read. */
type NumberPhase =
  | 'start'
  | 'minus'
  | 'zero'
  | 'integer'
  | 'point'
  | 'fraction'
  | 'exponent'
  | 'exponent-sign'
  | 'exponent-digits';

const endings = new Set<NumberPhase>(['zero', 'integer', 'fraction', 'exponent-digits']);

/** Recognises a JSON number. */
export class JsonNumber {
  #phase: NumberPhase = 'start';

  start(): void {
    this.#phase = 'start';
  }

  /** Reads to the first byte that does not belong to the number, or to the end of the chunk. */
  scan(chunk: Uint8Array, from: number): number {
    let at = from;
    for (; at < chunk.length; at += 1) {
      const phase = after(this.#phase, chunk[at] ?? 0);
      if (phase === undefined) break;
      this.#phase = phase;
    }
    return at;
  }

  /** Whether what has been read is a number. */
  get isWhole(): boolean {
    return endings.has(this.#phase);
  }
}

/** The phase after one more byte, or `undefined` if it does not belong to the number. */
function after(phase: NumberPhase, byte: number): NumberPhase | undefined {
  switch (phase) {
    case 'start':
      return byte === MINUS ? 'minus' : leadingDigit(byte);
    case 'minus':
      return leadingDigit(byte);
    case 'zero':
      return byte === POINT ? 'point' : exponent(byte);
    case 'integer':
      if (isDigit(byte)) return phase;
      return byte === POINT ? 'point' : exponent(byte);
    case 'point':
      return isDigit(byte) ? 'fraction' : undefined;
    case 'fraction':
      return isDigit(byte) ? phase : exponent(byte);
    case 'exponent':
      if (byte === PLUS || byte === MINUS) return 'exponent-sign';
      return isDigit(byte) ? 'exponent-digits' : undefined;
    default:
      return isDigit(byte) ? 'exponent-digits' : undefined;
  }
}

function leadingDigit(byte: number): NumberPhase | undefined {
  if (byte === DIGIT_0) return 'zero';
  return isDigit(byte) ? 'integer' : undefined;
}

function exponent(byte: number): NumberPhase | undefined {
  const lowerCase = byte | 0x20;
  return lowerCase === LETTER_E ? 'exponent' : undefined;
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}
