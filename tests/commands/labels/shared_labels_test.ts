import { assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { readLabels } from "../../../src/commands/labels/read_labels.ts";
import { missingShared, SHARED, testUnless } from "../../testing.ts";

const FOLDER = "cases/exports/labels/";

/** Labels of four classes by file; a text is the reason why the file cannot be such labels. */
const EXPECTED: Readonly<Record<string, readonly (string | null)[] | string>> = {
  "bom_crlf.txt": ["cat", "dog", "bird", "fish"],
  "coco.json": [null, "cat", null, "dog"],
  "comment.txt": [null, "cat", "dog", "bird"],
  "data.yaml": ["cat", "dog", "bird", "fish"],
  "dict.json": ["cat", "dog", "bird", "fish"],
  "keras.csv": ["cat", "dog", "bird", "fish"],
  "list.json": ["cat", "dog", "bird", "fish"],
  "map.pbtxt": "1 name with ids 1 to 1",
  "numbered.txt": ["cat", "dog", "bird", "fish"],
  "ok.txt": ["cat", "dog", "bird", "fish"],
  "pretty.json": ["cat", "dog", "bird", "fish"],
  "short.txt": "2 names",
  "trailing.txt": ["cat", "dog", "bird", "fish"],
  "utf16.txt": "1 name ",
};

for (const [file, expected] of Object.entries(EXPECTED)) {
  testUnless(missingShared(`${FOLDER}${file}`), `readLabels() knows ${file}`, async () => {
    const path = fileURLToPath(new URL(`${FOLDER}${file}`, SHARED));
    const labels = readLabels(path, { count: 4, seen: [] });
    if (typeof expected === "string") await assertRejects(() => labels, TypeError, expected);
    else assertEquals((await labels).labels, expected);
  });
}
