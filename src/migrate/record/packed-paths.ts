import { sep } from 'node:path';
import { PackedTexts } from './packed-texts.ts';

/** Numbers paths like {@link PackedTexts}, and keeps each directory but once. */
export class PackedPaths {
  /** With the separator at their end. */
  readonly #directories = new PackedTexts();
  /** The number of the directory, and the name. */
  readonly #names = new PackedTexts();

  get size(): number {
    return this.#names.size;
  }

  /** The number of a path; `undefined` where it was not added. */
  find(path: string): number | undefined {
    const [directory, name] = divided(path);
    const number = this.#directories.find(directory);
    return number === undefined ? undefined : this.#names.find(`${number}/${name}`);
  }

  /** The number that a path has, or gets. */
  add(path: string): number {
    const [directory, name] = divided(path);
    return this.#names.add(`${this.#directories.add(directory)}/${name}`);
  }

  /** The path that has a number. */
  at(row: number): string {
    const text = this.#names.at(row);
    const end = text.indexOf('/');
    return this.#directories.at(Number(text.slice(0, end))) + text.slice(end + 1);
  }
}

function divided(path: string): readonly [directory: string, name: string] {
  const start = path.lastIndexOf(sep) + 1;
  return [path.slice(0, start), path.slice(start)];
}
