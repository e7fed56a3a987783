import { pythonTools } from "../python_tools.ts";
import { run, type Said } from "./run.ts";

const HERE = new URL("./", import.meta.url);
const YAML_RULES = "{extends: default, rules: {document-start: disable, line-length: {max: 100}}}";

/** Checks manifests against their schemas. Says them as JSON, or the fault. */
export async function checkManifest(text: string): Promise<Said> {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, text);
  const script = new URL("check_manifest.py", HERE).pathname;
  const answer = await run(await tool("python"), [script, file]);
  await Deno.remove(file);
  return answer;
}

/** Lints a YAML file, strictly. */
export async function lintYaml(path: string): Promise<Said> {
  return await run(await tool("yamllint"), ["--strict", "-d", YAML_RULES, path]);
}

async function tool(name: string): Promise<string> {
  return new URL(name, await pythonTools(new URL("requirements.txt", HERE))).pathname;
}
