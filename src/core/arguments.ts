import { type Finding, type Operation, SharedStateError } from './error.ts';
import { isArray, isObject } from './json.ts';
import { Faults, type Kind, date, path, port as readPort } from './options.ts';
import type { PortShape } from './port-shape.ts';

/** @deprecated Use `check` of `options.ts`. It goes once nobody uses it any more. */
export class ArgumentCheck {
  readonly faults = new Faults();

  refuse(rule: keyof typeof rules, argument: string, value: unknown): void {
    this.faults.add(argument, value, rules[rule]);
  }

  refuseOption(argument: string, value: unknown, expected: string): void {
    this.faults.add(argument, value, expected);
  }

  areOptions(options: unknown, known: readonly string[]): boolean {
    if (!isObject(options) || isArray(options)) {
      this.faults.add('options', options, 'a plain object');
      return false;
    }
    for (const key of Object.keys(options).filter((one) => !known.includes(one))) {
      this.faults.addUnknown('options', key, Reflect.get(options, key), known);
    }
    return true;
  }

  fileSystem(fs: unknown, port: PortShape): void {
    if (fs !== undefined) readPort(port)(fs, 'options.fs', this.faults);
  }

  homes(accountHomes: unknown): readonly string[] {
    if (isArray(accountHomes) && accountHomes.length > 0) {
      return Array.from(accountHomes).filter((path, index): path is string =>
        this.isPath(`accountHomes[${index}]`, path),
      );
    }
    this.faults.add('accountHomes', accountHomes, 'a non-empty array of absolute paths');
    return [];
  }

  isPath(argument: string, value: unknown): value is string {
    return path(value, argument, this.faults) !== undefined;
  }

  time(argument: string, value: unknown): number {
    return Number(date(value, argument, this.faults) ?? Number.NaN);
  }

  /** What a kind reads; where it finds a fault, the fallback. */
  read<Value>(kind: Kind<Value>, argument: string, value: unknown, fallback: Value): Value {
    return kind(value, argument, this.faults) ?? fallback;
  }

  finish(operation: Operation, more: readonly Finding[] = []): void {
    const [first, ...others] = [...this.faults.problems.map((problem) => ({ problem })), ...more];
    if (first !== undefined) throw new SharedStateError(operation, [first, ...others]);
  }
}

const rules = {
  'invalid-name': 'one plain path segment, such as projects',
  'reserved-name': 'another name: this one is never to be shared',
  'invalid-session-id': 'a session id, such as parseResumeUUID gives',
  'duplicate-name': 'another name: two must differ by more than upper and lower case',
};
