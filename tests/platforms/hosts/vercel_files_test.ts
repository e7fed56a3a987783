import { dirname } from "node:path";
import { installPackage } from "../../package/installed_package.ts";
import { runDeno } from "../../../packaging/tools.ts";
import { executable } from "./executable.ts";
import { assertSameAnswers, SAME } from "./same_answers.ts";
import { startHost } from "./start_host.ts";

/** Vercel's file tracer, which finds the files of a project that belong to a function. */
const TRACER = "npm:@vercel/nft@1.11.5/nft";
/** `includeFiles` of docs/runtimes.md: files that the engine reads when it starts. */
const INCLUDED = ["mjs", "wasm"].map((ending) =>
  `node_modules/retinanet-edge/vendor/onnxruntime-web/ort-wasm-simd-threaded.${ending}`
);

Deno.test("vercel.ts needs the files that Vercel finds, and two files of the engine", async () => {
  await using project = await installPackage();
  await Deno.mkdir(`${project.folder}/api`);
  for (
    const [from, to] of [["vercel.mjs", "api/index.js"], ["serve_fetch.mjs", "serve.mjs"]] as const
  ) {
    await Deno.copyFile(new URL(`project/${from}`, import.meta.url), `${project.folder}/${to}`);
  }
  const deployed = await Deno.makeTempDir({ prefix: "vercel-" });
  const files = [...await traced(project.folder), ...INCLUDED, "serve.mjs", "package.json"];
  for (const file of files) {
    await Deno.mkdir(dirname(`${deployed}/${file}`), { recursive: true });
    await Deno.copyFile(`${project.folder}/${file}`, `${deployed}/${file}`);
  }
  {
    await using host = await startHost({
      command: await executable("node24"),
      args: ["serve.mjs", "api/index.js"],
      cwd: deployed,
      environment: SAME,
    });
    await assertSameAnswers((path, init) => fetch(`${host.url}${path}`, init));
  }
  await Deno.remove(deployed, { recursive: true });
});

/** Returns the files that the tracer finds for a project's function. */
async function traced(folder: string): Promise<readonly string[]> {
  const flags = ["--no-lock", "--no-config", "--node-modules-dir=none"];
  const output = await runDeno(["run", "-A", ...flags, TRACER, "print", "api/index.js"], folder);
  const lines = new Set(output.split("\n"));
  return [...lines].filter((line) => /^(api|node_modules)\//.test(line));
}
