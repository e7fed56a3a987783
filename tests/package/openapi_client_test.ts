import { runTool } from "../../packaging/tools.ts";
import { OPENAPI } from "../../routes/reference/document.ts";

// A program that uses the generated types, with one mistake that the compiler must find.
const PROGRAM = `import type { components, operations, paths } from "./api.d.ts";
type Result = components["schemas"]["DetectResult"];
type Failure = paths["/detect"]["post"]["responses"][503]["content"]["application/problem+json"];
type Query = NonNullable<operations["detect"]["parameters"]["query"]>;
const query: Query = { score: 0.5, max: 3, classes: ["cat"], model: "everyday8" };
const request: components["schemas"]["DetectRequest"] = { image: "/9j/", score: 0.5 };
export async function detect(url: string, image: Blob): Promise<string> {
  const response = await fetch(url + "/detect?score=" + query.score, { method: "POST", body: image });
  if (!response.ok) {
    const problem = await response.json() as Failure;
    const isBusy = problem.code === "busy";
    return isBusy ? "busy" : problem.detail;
  }
  const { detections, image: { width } } = await response.json() as Result;
  return detections.map(({ label, box }) => label + (box.xmax - box.xmin) / width).join() + request;
}
// @ts-expect-error -- a misspelt option
export const misspelt: Query = { scores: 0.5 };
// @ts-expect-error -- a code that the status does not have
export const impossible: Failure["code"] = "no-image";
`;

Deno.test("openapi-typescript generates a TypeScript client that compiles", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/openapi.json`, OPENAPI);
  await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM);
  await runTool("openapi-typescript", ["openapi.json", "-o", "api.d.ts"], folder);
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext"];
  const imports = ["--moduleResolution", "bundler", "--allowImportingTsExtensions"];
  await runTool("tsc", [...options, ...imports, "program.ts"], folder);
  await Deno.remove(folder, { recursive: true });
});
