/**
 * Returns a copy of an object with one property changed.
 *
 * @param path Path of the property, with dots. The last key of the path may be a new property.
 * @throws {TypeError} If one of the objects on the path is missing.
 */
export function withProperty(whole: object, path: string, value: unknown): object {
  return changed(whole, path.split("."), value, path);
}

function changed(
  owner: object,
  [key = "", ...rest]: readonly string[],
  value: unknown,
  path: string,
): object {
  if (rest.length === 0) return { ...owner, [key]: value };
  const part: unknown = Object.hasOwn(owner, key) ? owner[key as keyof typeof owner] : undefined;
  if (typeof part !== "object" || part === null) {
    throw new TypeError(`Cannot set "${path}" as the manifest has no "${key}"`);
  }
  return { ...owner, [key]: changed(part, rest, value, path) };
}
