/** Reads JSON that others wrote, without believing anything about its shape. */
export function field(value: unknown, name: string): unknown {
  return isObject(value) ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}

export function items(value: unknown): readonly unknown[] {
  // Array.isArray narrows to any[], which would switch checking off.
  return Array.isArray(value) ? Array.from<unknown>(value) : [];
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
