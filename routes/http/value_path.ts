/** Writes the path of a value in JSON as a person reads it, for example `inputs[0].shape`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : `${text && `${text}.`}${String(key)}`,
    "",
  );
}

/** Returns the value at a path in JSON, or undefined if there is none. */
export function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
    given,
  );
}
