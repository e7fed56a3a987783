import { assertEquals } from "@std/assert";
import { parseComments, readSource, sourcesIn } from "./sources.ts";

/** Words that begin no comment: a function starts with a verb, anything else with a noun. */
const BANNED = /^(What|Whether|Where|How|Of|As)\b/;

Deno.test("no comment in src or routes begins with What, Whether, Where, How, Of or As", async () => {
  const found: string[] = [];
  for (const folder of ["src", "routes"]) {
    for (const path of await sourcesIn(folder)) {
      found.push(...bannedStarts(path, await readSource(path)));
    }
  }
  assertEquals(found, []);
});

Deno.test("bannedStarts() names each comment, paragraph, tag and block of lines", () => {
  const source = `
/** What it is. */
const a = "/** What */ // How";
/**
 * Returns π times 😀, which take more than a byte.
 *
 * Where it lies, and
 * how it got there.
 *
 * \`\`\`ts
 * // How it is called.
 *
 * As code.
 * \`\`\`
 *
 * @param b How many.
 * @param c Number of
 *   Of the rest.
 * @returns {number} As it was.
 */
// A block
// Of two lines
function f() {} // Whether it runs.
const g = /\\/\\/ What/, h = \`// Where \${1 /* As */}\`;
// Howling at the moon, What a night.

// Of its own.
`;
  assertEquals(bannedStarts("a.ts", source), [
    "a.ts:2: What it is.",
    "a.ts:7: Where it lies, and",
    "a.ts:16: How many.",
    "a.ts:19: As it was.",
    "a.ts:23: Whether it runs.",
    "a.ts:24: As",
    "a.ts:27: Of its own.",
  ]);
});

/** Returns the starts of comments that match {@linkcode BANNED}, as `path:line: text`. */
function bannedStarts(path: string, source: string): string[] {
  return commentsOf(path, source).flatMap((comment) =>
    startsOf(comment)
      .filter(({ text }) => BANNED.test(text))
      .map(({ line, text }) => `${path}:${line}: ${text}`)
  );
}

interface Comment {
  /** Number of its first line in the file. */
  readonly line: number;
  /** Lines without the marks that make them a comment. */
  readonly lines: readonly string[];
}

/** Returns the comments of a file; line comments on successive lines are one comment. */
function commentsOf(path: string, source: string): Comment[] {
  const comments: { line: number; lines: string[]; isOpen: boolean }[] = [];
  for (const { type, value, range: [start] } of parseComments(path, source)) {
    const before = source.slice(0, start).split("\n");
    const line = before.length;
    const startsLine = before.at(-1)!.trim() === "";
    if (type === "Block") {
      const lines = value.split("\n").map((text) => text.replace(/^\s*\*?\s?/, "").trimEnd());
      comments.push({ line, lines, isOpen: false });
      continue;
    }
    const last = comments.at(-1);
    if (startsLine && last?.isOpen && last.line + last.lines.length === line) {
      last.lines.push(value.trim());
    } else {
      comments.push({ line, lines: [value.trim()], isOpen: startsLine });
    }
  }
  return comments;
}

/** Returns where text starts in a comment: each paragraph, and the text of each tag. */
function startsOf({ line, lines }: Comment): { readonly line: number; readonly text: string }[] {
  const starts: { line: number; text: string }[] = [];
  let isCode = false;
  let isStart = true;
  for (const [i, text] of lines.entries()) {
    const isFence = text.startsWith("```");
    if (isFence) isCode = !isCode;
    if (isCode || isFence) continue;
    const tag = text.match(
      /^@(?:param|template)\s+\S+\s+(?:-\s+)?(.*)|^@\w+\s+(?:\{.*?\}\s+)?(.*)/,
    );
    if (tag) starts.push({ line: line + i, text: tag[1] ?? tag[2]! });
    else if (isStart && text !== "") starts.push({ line: line + i, text });
    isStart = text === "";
  }
  return starts;
}
