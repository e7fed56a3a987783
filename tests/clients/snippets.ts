const CLIENTS = new URL("../../docs/clients.md", import.meta.url);

/** Returns the code blocks of docs/clients.md in some languages. */
export async function snippets(
  languages: readonly string[],
): Promise<[language: string, code: string][]> {
  const blocks = [...(await Deno.readTextFile(CLIENTS)).matchAll(/```(\w+)\n([^]*?)```/g)];
  return blocks.map(([, language = "", code = ""]): [string, string] => [language, code])
    .filter(([language]) => languages.includes(language));
}
