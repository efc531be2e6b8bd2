import { CapturedText } from './captured-text.ts';
import type { JsonField, JsonKind } from './json-field.ts';

/** Long enough for any name that is wanted, with every character of it escaped. */
const KEY_LIMIT = 256;

/** Finds the wanted fields among all that a scanner comes across, and fills them in. */
export class FieldTracker {
  readonly #root: JsonField;
  readonly #key = new CapturedText(KEY_LIMIT);
  /** The field whose value comes next. */
  #field: JsonField | undefined;
  /** The innermost open object in a wanted place, or array whose elements are wanted. */
  #within: JsonField | undefined;
  #captured: CapturedText | undefined;

  constructor(root: JsonField) {
    this.#root = root;
    this.#field = root;
  }

  /** Starts a line. What the last one left in the fields stays until a value starts. */
  startLine(): void {
    this.#field = this.#root;
    this.#within = undefined;
  }

  /** @param depth - How many brackets are open, without the one that starts the value. */
  startValue(kind: JsonKind, depth: number): void {
    const field = this.#field ?? this.#elementAt(depth);
    this.#captured = field?.captured;
    if (field === undefined) return;
    field.begin(kind);
    const isEntered = kind === 'object' || (kind === 'array' && field.elements !== undefined);
    if (isEntered) this.#within = field;
    // The members of an object have their names first.
    this.#field = undefined;
  }

  /** @param depth - How many brackets are open. */
  startKey(depth: number): void {
    this.#key.clear();
    this.#captured = this.#within?.level === depth ? this.#key : undefined;
  }

  endKey(): void {
    const name = this.#captured?.text;
    this.#field = name === undefined ? undefined : this.#within?.memberNamed(name);
  }

  /** Takes bytes of the string or number that has been started. */
  append(chunk: Uint8Array, from: number, to: number): void {
    this.#captured?.append(chunk, from, to);
  }

  /** @param depth - How many brackets are open, with the one that closes. */
  close(depth: number): void {
    if (this.#within?.level === depth) this.#within = this.#within.parent;
  }
  #elementAt(depth: number): JsonField | undefined {
    const within = this.#within;
    return within?.kind === 'array' && within.level === depth ? within.elements?.next() : undefined;
  }
}
