import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { runMain } from "../run_main.ts";

const WRONG: [args: string[], words: string][] = [
  [[], "none was named"],
  [["fetch"], 'there is no "fetch"'],
  [["constructor"], 'there is no "constructor"'],
];

for (const [args, words] of WRONG) {
  Deno.test(`model ${args.join(" ")} ends with code 1 and lists the commands`, async () => {
    const { code, stdout, stderr } = await runMain(main, ...args);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, words);
    for (const command of ["list", "pull ID", "remove ID"]) {
      assertStringIncludes(stderr, `deno task model ${command}`);
    }
  });
}
