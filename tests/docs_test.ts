import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

// `deno task check` holds the pure rooms to all of `deno doc --lint`. These rooms hand types of
// their packages on, which it calls private, and schemas whose types nobody could write out, so
// they are held to the rest of it.
for (const room of ["src/detect", "src/runtime", "src/entry", "models", "routes", "routes/v2"]) {
  Deno.test(`every export of ${room} is documented`, async () => {
    const files: string[] = [];
    for await (const { name } of Deno.readDir(new URL(room, ROOT))) {
      if (/(?<!\.d)\.ts$/.test(name)) files.push(`${room}/${name}`);
    }
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["doc", "--lint", "--no-lock", ...files],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const report = new TextDecoder().decode(stderr);
    const faults = [
      ...report.matchAll(
        /^error\[(?!private-type-ref|missing-explicit-type)[\w-]+\].*\n.*--> (.*)$/gm,
      ),
    ];
    assertEquals(faults.map(([, place]) => place), []);
  });
}
