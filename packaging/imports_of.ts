/**
 * What a module of JavaScript or of types imports, as it is written; nothing in a comment counts.
 *
 * The compiler writes all imports in one way, so that a pattern finds them.
 */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found = code.matchAll(
    /(?:^|[\s;}])(?:from|import)\s*"([^"]+)"|\bimport\("([^"]+)"\)|import\.meta\.resolve\("([^"]+)"\)/g,
  );
  return [...found].map(([, written, called, resolved]) => written ?? called ?? resolved);
}

/** Name of the package that an import leads to; undefined for one of the same or of the runtime. */
export function packageOf(specifier: string): string | undefined {
  if (/^[./]|^node:/.test(specifier)) return undefined;
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
