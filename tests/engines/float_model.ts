/**
 * Copies a model of this project to a folder, without the variants of its graph for single engines.
 *
 * @param folder URL of an existing folder, with a slash at its end.
 * @returns URL of the manifest.
 */
export async function copyWithoutVariants(model: string, folder: URL): Promise<URL> {
  const models = new URL("../../models/", import.meta.url);
  const manifest = new URL(`${model}.json`, folder);
  const { variants: _, ...rest } = JSON.parse(
    await Deno.readTextFile(new URL(`${model}.json`, models)),
  );
  await Deno.writeTextFile(manifest, JSON.stringify(rest));
  await Deno.copyFile(new URL(rest.graph.file, models), new URL(rest.graph.file, folder));
  return manifest;
}
