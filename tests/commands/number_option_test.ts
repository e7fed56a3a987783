import { assertEquals, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { main as bench } from "../../src/commands/bench.ts";
import { main as evaluate } from "../../src/commands/eval.ts";
import { main as model } from "../../src/commands/model/main.ts";
import { numberOption } from "../../src/commands/shared/number_option.ts";
import { runMain } from "./run_main.ts";

const CASES: readonly (readonly [text: string, value: number | undefined])[] = [
  ["0.5", 0.5],
  [" 1e-4 ", 1e-4],
  ["1.0e+01", 10], // as C and Python write %e
  ["-2", -2],
  ["+2", 2],
  ["1e+", undefined],
  ["+-2", undefined],
  ["", undefined],
  [" ", undefined],
  ["0x10", undefined],
  ["1e999", undefined],
];

for (const [text, value] of CASES) {
  Deno.test(`numberOption() reads "${text}" as ${value ?? "no number"}`, () => {
    assertEquals(numberOption(z.number()).safeParse(text).data, value);
  });
}

const OPTIONS = [
  [bench, ["--rounds"]],
  [bench, ["--warmup"]],
  [evaluate, ["--score"]],
  [evaluate, ["--threshold"]],
  [model, ["check", "--score-tolerance"]],
  [model, ["check", "--box-tolerance"]],
  [model, ["doctor", "--score"]],
  [model, ["new", "--score"]],
] as const;

for (const [main, args] of OPTIONS) {
  Deno.test(`numberOption() refuses an empty text for ${args.join(" ")}`, async () => {
    const { code, stderr } = await runMain(main, ...args, "");
    assertEquals(code, 1);
    assertStringIncludes(stderr, `${args.at(-1)} "": must be a number`);
  });
}

Deno.test("numberOption() keeps the default value of an option in the help", async () => {
  const { stdout } = await runMain(bench, "--help");
  assertStringIncludes(stdout, "which do not count (default: 2)");
});
