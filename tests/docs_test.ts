import { assertEquals } from "@std/assert";
import { readSource, sourcesIn } from "./sources.ts";

const ROOT = new URL("../", import.meta.url);

// `deno doc --lint` over all rooms. It takes types of packages for private ones, and it wants
// explicit types of zod's schemas.
Deno.test("every export of src and routes is documented, with types that are exported", async () => {
  const files = [...await sourcesIn("src"), ...await sourcesIn("routes")];
  const faults: string[] = [];
  for (const fault of await docFaults(files)) {
    if (!await isOfPackage(fault)) faults.push(`${fault.place}: ${fault.message}`);
  }
  assertEquals(faults, []);
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
  readonly message: string;
  /** Path, line and column. */
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
  return [...report.matchAll(/^error\[([\w-]+)\]: (.*)\n.*--> (.*)$/gm)].map(
    ([, kind, message, place]) => ({
      kind: kind!,
      message: message!,
      place: place!.replace(ROOT.pathname, ""),
    }),
  );
}

/** True if a type of a package causes the fault, or a schema of zod, whose type nobody writes. */
async function isOfPackage({ kind, message, place }: Fault): Promise<boolean> {
  if (place.includes("_pb.ts:")) return true; // generated
  const [path, line] = place.split(":") as [string, string];
  const source = await readSource(path);
  const statement = source.split("\n").slice(Number(line) - 1).join("\n").split(";", 1)[0]!;
  if (kind === "missing-explicit-type") return /= \w+\.|= z\b/.test(statement);
  if (kind !== "private-type-ref") return false;
  if (/\bz\.\w+|\btypeof\b/.test(statement)) return true;
  const [, type] = message.match(/private type '(\w+)/) ?? [];
  return new RegExp(`^import [^;]*\\b${type}\\b[^;]* from "[^.]`, "m").test(source);
}
