/** Joins the JavaScript blocks of a page to a program. */
export async function markdownProgram(page: URL): Promise<string> {
  const text = await Deno.readTextFile(page);
  const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  if (blocks.length === 0) throw new Error(`${page.pathname} has no JavaScript`);
  return blocks.join("\n");
}
