export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

// Array.isArray narrows to any[], which would switch checking off.
export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The value of a text in JSON; `undefined` if it is not JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An own member of a value from JSON; `undefined` if it is inherited or missing. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
