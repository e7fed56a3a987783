/** Whether a host is listed by its own name, or by `*.` and a name that it lies below. */
export function hostIsListed(host: string, list: readonly string[]): boolean {
  return list.some((entry) =>
    entry.startsWith("*.") ? host.endsWith(entry.slice(1)) : host === entry
  );
}
