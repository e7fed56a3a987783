/**
 * Returns the URL of a module of this program.
 *
 * @param path Path of the module without its extension, relative to the module that asks. The
 *   extension is .ts in the repository and .js in the npm package.
 * @param meta `import.meta` of the module that asks.
 */
export function ownModule(path: string, { url }: Pick<ImportMeta, "url">): URL {
  return new URL(path + url.slice(url.lastIndexOf(".")), url);
}

/**
 * Imports a module of this program only now.
 *
 * Deno loads all modules that the program can need before it runs the first one, also those of an
 * `import()` with a literal path. For the server these are 300 modules, 0.2 seconds.
 *
 * @param path Path of the module, as for {@linkcode ownModule}. JSR does not rewrite a computed name,
 *   so it must not be that of a package.
 * @param meta `import.meta` of the module that asks.
 */
export async function importLate<Module>(
  path: string,
  meta: Pick<ImportMeta, "url">,
): Promise<Module> {
  return await import(ownModule(path, meta).href) as Module;
}
