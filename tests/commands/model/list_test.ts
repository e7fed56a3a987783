import { assert, assertEquals } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { FILE } from "./download/file_server.ts";
import { modelsFixture } from "../models_fixture.ts";
import { runMain } from "../run_main.ts";
import { runTask } from "../run_task.ts";

Deno.test("model list prints every model with the state of its graph", async () => {
  await using models = await modelsFixture();
  await Deno.writeTextFile(`${models.path}/broken.json`, '{"manifest": 1}');
  await Deno.writeTextFile(`${models.path}/notes.json`, "{}");
  const states = async () => {
    const { code, stdout } = await runMain(main, "list", "--models", models.path);
    assertEquals(code, 0);
    const rows = stdout.split("\n").map((line) => line.split("│").map((cell) => cell.trim()));
    return rows.filter((row) => row.length > 1).slice(1).map((row) => row.slice(1, -1));
  };
  const row = (id: string, state: string) => [id, `The ${id} one`, "0.1 MB", state, "Apache-2.0"];
  const others = [row("lost", "no graph file"), row("own", "here")];
  const broken = ["broken", "", "", "no valid manifest", ""];
  assertEquals(await states(), [broken, row("far", "not here"), ...others]);

  await Deno.writeFile(`${models.path}/far.onnx.part`, FILE.slice(0, 40_000));
  assertEquals(await states(), [broken, row("far", "part of it here (40 %)"), ...others]);

  await Deno.writeFile(`${models.path}/far.onnx`, FILE);
  assertEquals(await states(), [broken, row("far", "here"), ...others]);

  await Deno.writeFile(`${models.path}/far.onnx`, new Uint8Array(200_000));
  assertEquals(await states(), [broken, row("far", "here, but 0.2 MB"), ...others]);
});

Deno.test("model list prints a question mark for an unknown size", async () => {
  await using models = await modelsFixture({ pinned: false });
  const far = async () => {
    const { stdout } = await runMain(main, "list", "--models", models.path);
    const line = stdout.split("\n").find((line) => line.includes("│ far "));
    return line?.split("│").map((cell) => cell.trim()).slice(3, 5);
  };
  assertEquals(await far(), ["?", "not here"]);
  await Deno.writeFile(`${models.path}/far.onnx.part`, FILE);
  assertEquals(await far(), ["?", "part of it here (0.1 MB)"]);
  await Deno.writeFile(`${models.path}/far.onnx`, FILE);
  assertEquals(await far(), ["?", "here"]);
});

Deno.test("deno task model list prints the models of the project", async () => {
  const { code, stdout } = await runTask("model", "list");
  assertEquals(code, 0);
  assert(/│ everyday8 .*│ +13\.7 MB │ here +│ Apache-2\.0 +│/.test(stdout), stdout);
});
