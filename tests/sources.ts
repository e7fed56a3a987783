const ROOT = new URL("../", import.meta.url);

/** Lists the TypeScript and JavaScript files below a folder, by their paths below the root. */
export async function sourcesIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await sourcesIn(path));
    else if (/(?<!\.d)\.[jt]s$/.test(name)) paths.push(path);
  }
  return paths.sort();
}

/** Reads a file by its path below the root. */
export async function readSource(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** Comment of a source file. */
export type Comment = Deno.lint.LineComment | Deno.lint.BlockComment;

/** Parses the comments of a file with Deno's linter, which knows strings and patterns from them. */
export function parseComments(path: string, source: string): Comment[] {
  const comments: Comment[] = [];
  const rule: Deno.lint.Rule = {
    create: ({ sourceCode }) => ({
      Program: () => void comments.push(...sourceCode.getAllComments()),
    }),
  };
  Deno.lint.runPlugin({ name: "tests", rules: { comments: rule } }, path, source);
  return comments;
}

/** Returns a file with blanks in place of its comments. */
export function withoutComments(path: string, source: string): string {
  let code = source;
  for (const { range: [start, end] } of parseComments(path, source)) {
    code = code.slice(0, start) + " ".repeat(end - start) + code.slice(end);
  }
  return code;
}
