import { executable } from "../executable.ts";
import { builtPackage } from "../built_package.ts";
import { hostProject } from "../host_project.ts";
import { startHost } from "../start_host.ts";
import { childrenOf } from "../children_of.ts";
import { SAME } from "../same_answers.ts";
const photo = await Deno.readFile("/work/shared/photos/cat_1080p.jpg");
const script = new URL("src/entry/serve.js", await builtPackage()).pathname;
const project = await hostProject();
const mem = async (pid: number) => {
  const s = await Deno.readTextFile(`/proc/${pid}/status`);
  return ["VmHWM", "VmRSS"].map((k) =>
    Math.round(Number(s.match(new RegExp(k + ":\\s+(\\d+)"))![1]) / 1024)
  ).join("/");
};
const V = ["serve_fetch.mjs", "vercel.mjs"];
const all: Record<string, [string, string[], Record<string, string>, string]> = {
  vercel: [await executable("node24"), V, {}, "stdout"],
  vercelsmall: [await executable("node24"), ["--max-semi-space-size=4", ...V], {}, "stdout"],
  bun: [await executable("bun"), [script], {}, "stdout"],
  denoserve: [
    Deno.execPath(),
    ["serve", "--host=127.0.0.1", "--port=0", "-A", "deno.mjs"],
    {},
    "stderr",
  ],
};
for (const name of Deno.args) {
  const [command, args, env, tells] = all[name];
  await using host = await startHost({
    command,
    args,
    cwd: project.folder,
    environment: { ...SAME, ...env },
    tells: tells as "stdout",
  });
  for (let i = 0; i <= 1200; i++) {
    const r = await fetch(host.url + "/detect", { method: "POST", body: photo });
    await r.text();
    if (i % 300 === 0 || i === 10) {
      console.log(
        name,
        i,
        await mem(host.pid),
        ...await Promise.all((await childrenOf(host.pid)).map(mem)),
      );
    }
  }
}
await project[Symbol.asyncDispose]();
