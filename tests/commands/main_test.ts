import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMAND_GROUP } from "../../src/commands/group.ts";
import { main } from "../../src/commands/main.ts";
import { MODEL_GROUP } from "../../src/commands/model/group.ts";
import { VERSION } from "../../src/core/version.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { runMain } from "./run_main.ts";
import { runTask } from "./run_task.ts";

const COMMANDS = [
  ...Object.keys(COMMAND_GROUP.commands).map((name) => [name]),
  ...Object.keys(MODEL_GROUP.commands).map((name) => ["model", name]),
];

for (const words of COMMANDS) {
  Deno.test(`retinanet-edge ${words.join(" ")} has --help and --version`, async () => {
    const help = await runMain(main, ...words, "--help");
    assertEquals([help.code, help.stderr], [0, ""]);
    assertStringIncludes(help.stdout, `Usage: retinanet-edge ${words.join(" ")} `);
    const { code, stdout } = await runMain(main, ...words, "--version");
    assertEquals([code, stdout], [0, `${VERSION}\n`]);
    assertEquals((await runMain(main, "help", ...words)).stdout, help.stdout);
  });
}

Deno.test("retinanet-edge --help names every command and the exit codes", async () => {
  const { code, stdout } = await runMain(main, "--help");
  assertEquals(code, 0);
  for (const name of Object.keys(COMMAND_GROUP.commands)) {
    assertMatch(stdout, new RegExp(`^  retinanet-edge ${name} `, "m"));
  }
  assertStringIncludes(stdout, "130");
});

const SUGGESTIONS: [args: string[], suggestion: string][] = [
  [["detct"], 'there is no "detct" (Did you mean detect?)'],
  [["--versoin"], "(Did you mean --version?)"],
  [["model", "pul"], 'there is no "pul" (Did you mean pull?)'],
  [["detect", "--scroe", "0.5"], "Unknown option '--scroe' (Did you mean --score?)"],
  [["plan", "--modle", "x"], "(Did you mean --model?)"],
  [["serve", "--prot=1"], "(Did you mean --port?)"],
  [["toString"], 'there is no "toString"'],
];

for (const [args, suggestion] of SUGGESTIONS) {
  Deno.test(`retinanet-edge ${args.join(" ")} suggests a name that exists`, async () => {
    const { code, stdout, stderr } = await runMain(main, ...args);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, suggestion);
  });
}

const WRONG: [args: string[], message: string][] = [
  [["detect", "--score"], "Option '--score <S>' argument missing"],
  [["serve", "now"], "Cannot serve now"],
  [["key", "one", "two"], "must have one name: there are 2"],
  [["complete", "tcsh"], "it is tcsh"],
  [["bench"], "Cannot bench as no image was named"],
  [["bench", "--rounds", "0", "a.jpg"], "--rounds 0: "],
];

for (const [args, message] of WRONG) {
  Deno.test(`retinanet-edge ${args.join(" ")} says what is wrong and where the help is`, async () => {
    const { code, stdout, stderr } = await runMain(main, ...args);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, message);
    assertStringIncludes(stderr, `retinanet-edge ${args[0]} --help`);
  });
}

const COMPLETIONS: [words: string[], expected: string[], directive: number][] = [
  [["pl"], ["plan"], 4],
  [["model", "re"], ["remove"], 4],
  [["model", "pull", "--f"], ["--from"], 4],
  [["detect", "--sc"], ["--score", "--scores"], 4],
  [["detect", "--engine", "w"], ["webgpu", "wasm"], 4],
  [["detect", "--engine=w"], ["--engine=webgpu", "--engine=wasm"], 4],
  [["detect", "--json", "ph"], [], 0],
  [["detect", "--out", ""], [], 0],
  [["complete", "f"], ["fish"], 4],
  [["nothing", ""], [], 4],
  [["constructor", ""], [], 4],
];

for (const [words, expected, directive] of COMPLETIONS) {
  Deno.test(`complete -- ${words.join(" ")} offers ${expected.join(", ") || "files"}`, async () => {
    const { code, stdout } = await runMain(main, "complete", "--", ...words);
    const lines = stdout.trimEnd().split("\n");
    assertEquals([code, lines.pop()], [0, `:${directive}`]);
    assertEquals(lines.map((line) => line.split("\t")[0]), expected);
  });
}

for (const shell of ["bash", "zsh", "fish", "powershell"]) {
  Deno.test(`complete ${shell} prints a script that calls the program`, async () => {
    const { code, stdout } = await runMain(main, "complete", shell);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "retinanet-edge complete");
  });
}

Deno.test("bash completes with the script, through the program", async () => {
  const { stdout: script } = await runMain(main, "complete", "bash");
  const folder = await Deno.makeTempDir();
  const program = new URL("../../src/commands/main.ts", import.meta.url).pathname;
  await Deno.writeTextFile(`${folder}/script`, script);
  await Deno.writeTextFile(
    `${folder}/retinanet-edge`,
    `#!/bin/sh\nexec ${Deno.execPath()} run -A ${program} "$@"\n`,
    { mode: 0o755 },
  );
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      // The first two functions are those of bash and its package bash-completion.
      `compopt() { :; }
       _get_comp_words_by_ref() { cur=mod prev=retinanet-edge words=(retinanet-edge mod) cword=1; }
       source ${folder}/script; __retinanet_edge_complete; echo "\${COMPREPLY[@]}"`,
    ],
    env: { PATH: `${folder}:${Deno.env.get("PATH")}` },
  }).output();
  await Deno.remove(folder, { recursive: true });
  const text = new TextDecoder().decode(stdout);
  assertEquals(text, "model\n", new TextDecoder().decode(stderr));
});

const PROCESSES: [args: string[], output: RegExp][] = [
  [["serve", "--help"], /^Usage: retinanet-edge serve /],
  [["detect", "--json", "FRUIT"], /"label":"orange"/],
  [["eval", "--help"], /^Usage: retinanet-edge eval /],
  [["bench", "--rounds", "1", "--warmup", "0", "FRUIT"], /images\/s, one at a time/],
  [["model", "list", "--json"], /^\{"id":"everyday8",/m],
  [["plan", "--model", "everyday8", "--platform", "node", "--json"], /"fits": true/],
  [["key", "alice", "--json"], /^\{"name":"alice","key":"rne_/],
];

for (const [args, output] of PROCESSES) {
  Deno.test(`deno task retinanet-edge ${args[0]} runs the command in a process`, async () => {
    const image = await Deno.makeTempFile({ suffix: ".png" });
    await Deno.writeFile(image, fruitImage());
    const words = args.map((word) => word === "FRUIT" ? image : word);
    const { code, stdout, stderr } = await runTask("retinanet-edge", ...words);
    await Deno.remove(image);
    assertEquals(code, 0, stderr);
    assertMatch(stdout, output);
  });
}
