import { type LabelReading, namesById } from "./label_reading.ts";

/** Token of the text format of protocol buffers: brackets, quoted text, a word, or a number. */
const TOKEN = /#.*|[{}<>:,;]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s{}<>:,;"'#]+/g;

/**
 * Reads a label map of the TensorFlow Object Detection API, in the text format of protocol buffers:
 * `item { id: 1 name: "cat" }`. If an item has a `display_name`, the `name` of the item is ignored.
 *
 * @returns Null if the text is not a label map.
 * @throws {TypeError} If an item has no id or no name.
 */
export function itemLabels(text: string): LabelReading | null {
  if (!/^\s*(#.*\s+)*item\s*:?\s*[{<]/.test(text)) return null;
  const items = itemsIn(text);
  return namesById(
    "label map (pbtxt)",
    items.map((item, i) => {
      const name = item.get("display_name") ?? item.get("name");
      const id = item.get("id");
      if (id !== undefined && name !== undefined) return [id, name] as const;
      throw new TypeError(
        `item ${i + 1} of its label map has no ${id === undefined ? "id" : "name"}`,
      );
    }),
  );
}

/** Returns the fields of each item. Skips objects that are nested in an item. */
function itemsIn(text: string): Map<string, string>[] {
  const items: Map<string, string>[] = [];
  let depth = 0;
  let field = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith("#") || /^[:,;]$/.test(token)) continue;
    if (token === "{" || token === "<") {
      if (depth === 0) items.push(new Map());
      depth++;
      field = "";
    } else if (token === "}" || token === ">") {
      depth--;
      field = "";
    } else if (depth !== 1) {
      continue;
    } else if (field === "") {
      field = token;
    } else {
      items.at(-1)?.set(field, plainText(token));
      field = "";
    }
  }
  return items;
}

/** Removes the quotation marks of a value, and the backslashes of its escapes. */
function plainText(token: string): string {
  return /^["']/.test(token) ? token.slice(1, -1).replace(/\\(.)/g, "$1") : token;
}
