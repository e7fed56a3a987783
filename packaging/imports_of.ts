/** Imports as the compiler prints them: at the start of a line, or after a `;` in a bundle. */
const IMPORTS =
  /(?:^|;)import\s*"([^"]+)"|(?:^|;)(?:import|export)\b[^"=;]*\bfrom\s*"([^"]+)"|\bimport\("([^"]+)"\)|import\.meta\.resolve\("([^"]+)"\)/gm;

/**
 * Returns the import specifiers of a compiled module or `.d.ts` file, comments excluded.
 *
 * A regular expression is enough, because the compiler prints every import in the same form.
 */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(IMPORTS)].flatMap((match) =>
    match.slice(1).filter((part) => part !== undefined)
  );
}

/** Returns the package of an import specifier, or undefined for relative and `node:` imports. */
export function packageOf(specifier: string): string | undefined {
  if (/^[./]|^node:/.test(specifier)) return undefined;
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
