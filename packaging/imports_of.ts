/**
 * Returns the import specifiers of a compiled module or `.d.ts` file, comments excluded.
 *
 * A regular expression is enough, because the compiler prints every import in the same form.
 */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found = code.matchAll(
    /(?:^|[\s;}])(?:from|import)\s*"([^"]+)"|\bimport\("([^"]+)"\)|import\.meta\.resolve\("([^"]+)"\)/g,
  );
  return [...found].flatMap((match) => match.slice(1).filter((part) => part !== undefined));
}

/** Returns the package of an import specifier, or undefined for relative and `node:` imports. */
export function packageOf(specifier: string): string | undefined {
  if (/^[./]|^node:/.test(specifier)) return undefined;
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
