export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

// Array.isArray narrows to any[], which would switch checking off.
export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** What a text says in JSON; `undefined` where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A member of what came out of JSON; of a member that is inherited nothing is told. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
