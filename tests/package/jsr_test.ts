import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { fruitImage } from "../sample_images/fruit_image.ts";

const ROOT = new URL("../../", import.meta.url);
/** Module with `importLate()`. */
const IMPORT_LATE = "src/platforms/host/own_module.ts";

async function deno(args: readonly string[], cwd: URL | string = ROOT) {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout), report: decoder.decode(stderr) };
}

Deno.test("the JSR package passes deno publish --dry-run", async () => {
  const { success, report } = await deno(["publish", "--dry-run", "--allow-dirty"]);
  assert(success, report);
  // Only importLate() computes the name of a module. JSR does not rewrite such a name, so it must be
  // a path in this package.
  assertEquals(report.match(/^(error|warning).*/gm), [
    "warning[unanalyzable-dynamic-import]: unable to analyze dynamic import",
  ]);
  assertStringIncludes(report, ` --> ${fileURLToPath(new URL(IMPORT_LATE, ROOT))}:`);
  assert(report.includes("models/everyday8.onnx"), report);
  assert(!report.includes("/tests/") && !report.includes("/training/"), report);
});

/** Returns the import map as JSR rewrites it. */
function asPublished(imports: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(imports).flatMap(([name, specifier]) => [
      [name, specifier],
      [`${name}/`, `${specifier.replace("npm:", "npm:/")}/`],
    ]),
  );
}

/** Serves the project's files like JSR. */
async function serveFile(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const isScript = /\.[jt]s$/.test(pathname);
  const type = pathname.endsWith("js") ? "text/javascript" : "application/typescript";
  const file = await Deno.readFile(new URL(`.${pathname}`, ROOT)).catch(() => null);
  if (file === null) return new Response(null, { status: 404 });
  return new Response(file, { headers: isScript ? { "content-type": type } : {} });
}

Deno.test("the JSR package runs over HTTP, without a node_modules folder", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, serveFile);
  const { port } = server.addr as Deno.NetAddr;
  const base = `http://127.0.0.1:${port}`;
  const folder = await Deno.makeTempDir({ prefix: "jsr-" });
  await Deno.writeTextFile(
    `${folder}/map.json`,
    JSON.stringify({ imports: asPublished(config.imports) }),
  );
  await Deno.writeFile(`${folder}/fruit.png`, fruitImage());
  await Deno.writeTextFile(
    `${folder}/main.ts`,
    `import { createDetector } from "${base}/${config.exports["."]}";
     const detector = await createDetector({ model: "everyday8", engine: "wasm", threads: 1 });
     const { detections } = await detector.detect(await Deno.readFile("fruit.png"));
     console.log(detections[0].label);
     await detector.close();`,
  );
  const flags = ["--no-config", "--no-lock", "--node-modules-dir=none", "--import-map=map.json"];
  const reach = [`--reload=${base}`, "--quiet", "-A"];
  const { success, output, report } = await deno(["run", ...flags, ...reach, "main.ts"], folder);
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
  assert(success, report);
  assertEquals(output.trim(), "orange");
});
