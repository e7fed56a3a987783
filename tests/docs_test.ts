import { assertEquals } from "@std/assert";
import { sourcesIn } from "./sources.ts";

const ROOT = new URL("../", import.meta.url);

// `deno task check` holds the rooms without packages to all of `deno doc --lint`. The others hand
// on types of their packages, which it calls private, and schemas whose types nobody writes out.
const ALLOWED = ["private-type-ref", "missing-explicit-type"];

Deno.test("every export of src and routes is documented", async () => {
  const files = [...await sourcesIn("src"), ...await sourcesIn("routes")];
  const faults = await docFaults(files);
  assertEquals(faults.filter(({ kind }) => !ALLOWED.includes(kind)), []);
});

Deno.test("deno doc --lint finds an export without a comment", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/bare.ts`;
  await Deno.writeTextFile(file, "export const bare: number = 1;\n");
  const faults = await docFaults([file]);
  await Deno.remove(folder, { recursive: true });
  assertEquals(faults.map(({ kind }) => kind), ["missing-jsdoc"]);
});

interface Fault {
  readonly kind: string;
  readonly place: string;
}

/** Returns the errors of `deno doc --lint`. */
async function docFaults(files: readonly string[]): Promise<Fault[]> {
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "--no-lock", ...files],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const report = new TextDecoder().decode(stderr);
  return [...report.matchAll(/^error\[([\w-]+)\].*\n.*--> (.*)$/gm)]
    .map(([, kind, place]) => ({ kind: kind!, place: place! }));
}
