import { CapturedText } from './captured-text.ts';

/** What stands in a place of a JSON text. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null';

/** A place in a JSON text whose value somebody wants: the text itself, or a member of an object. */
export class JsonField {
  /** What the place holds; `undefined` where it is not there. */
  kind: JsonKind | undefined;
  /** How many brackets are open within an object in this place. */
  readonly level: number;
  readonly parent: JsonField | undefined;
  readonly captured: CapturedText;
  readonly #members = new Map<string, JsonField>();
  #elements: JsonElements | undefined;

  /** A field for a whole text; those for its parts come from {@link JsonField.member}. */
  constructor(parent?: JsonField, textLimit = 0) {
    this.parent = parent;
    this.level = parent === undefined ? 1 : parent.level + 1;
    this.captured = new CapturedText(textLimit);
  }

  /** Wants a member of the object in this place, its text up to a number of bytes. */
  member(name: string, textLimit = 0): JsonField {
    const field = new JsonField(this, textLimit);
    this.#members.set(name, field);
    return field;
  }

  /** The wanted member of this name. */
  memberNamed(name: string): JsonField | undefined {
    return this.#members.get(name);
  }

  /** Wants the elements of the array in this place. */
  wantElements(): JsonElements {
    this.#elements = new JsonElements(this);
    return this.#elements;
  }

  /** The elements of the array in this place, if they are wanted. */
  get elements(): JsonElements | undefined {
    return this.#elements;
  }

  /** Starts a value. A name can come twice in an object: nothing of the earlier value remains. */
  begin(kind: JsonKind): void {
    this.#clear();
    this.kind = kind;
  }

  /** The string in this place; `undefined` if there is none, or one beyond the limit. */
  get string(): string | undefined {
    return this.kind === 'string' ? this.captured.text : undefined;
  }

  /** What is in this place as `String()` writes it, if it is a string or a number within the limit. */
  get printed(): string | undefined {
    const { text } = this.captured;
    return this.kind === 'number' && text !== undefined ? String(Number(text)) : this.string;
  }

  /** Whether the place holds what JavaScript takes for true. */
  get isTruthy(): boolean {
    switch (this.kind) {
      case 'object':
      case 'array':
      case 'true':
        return true;
      case 'string':
        return this.captured.text !== '';
      case 'number':
        return Number(this.captured.text) !== 0;
      default:
        return false;
    }
  }

  #clear(): void {
    this.kind = undefined;
    this.captured.clear();
    for (const member of this.#members.values()) member.#clear();
    this.#elements?.clear();
  }
}

/** What the elements of an array in a wanted place are; none of them is held. */
export class JsonElements {
  readonly #each: JsonField;
  readonly #type: JsonField;
  #hasNull = false;
  #hasTyped = false;
  #hasUntyped = false;

  constructor(array: JsonField) {
    this.#each = new JsonField(array);
    this.#type = this.#each.member('type');
  }

  clear(): void {
    this.#each.kind = undefined;
    this.#hasNull = false;
    this.#hasTyped = false;
    this.#hasUntyped = false;
  }

  /** The place of the next element. */
  next(): JsonField {
    this.#toResult();
    return this.#each;
  }

  /** Whether there is a `null`. */
  get hasNull(): boolean {
    this.#toResult();
    return this.#hasNull;
  }

  /** Whether there is an object whose type is a string. */
  get hasTyped(): boolean {
    this.#toResult();
    return this.#hasTyped;
  }

  /** Whether there is anything else. */
  get hasUntyped(): boolean {
    this.#toResult();
    return this.#hasUntyped;
  }

  /** Only now, because a type can come twice in an object. */
  #toResult(): void {
    const { kind } = this.#each;
    if (kind === undefined) return;
    if (kind === 'object' && this.#type.kind === 'string') this.#hasTyped = true;
    else this.#hasUntyped = true;
    if (kind === 'null') this.#hasNull = true;
    this.#each.kind = undefined;
  }
}
