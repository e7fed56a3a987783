import { importsOf } from "./imports_of.ts";
import { filesIn } from "./tools.ts";

/** Removes the `.d.ts` files that no entry imports, directly or indirectly. */
export async function pruneTypes(folder: string, entries: readonly string[]): Promise<void> {
  const reached = new Set<string>();
  const visit = async (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const specifier of importsOf(await Deno.readTextFile(file))) {
      if (!specifier.startsWith(".")) continue;
      await visit(new URL(specifier.replace(/\.js$/, ".d.ts"), `file://${file}`).pathname);
    }
  };
  for (const entry of entries) await visit(`${folder}/${entry.replace(/\.ts$/, ".d.ts")}`);
  for await (const file of filesIn(folder)) {
    if (file.endsWith(".d.ts") && !reached.has(file)) await Deno.remove(file);
  }
}
