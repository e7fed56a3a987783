// deno-lint-ignore-file no-import-prefix -- a tool of these tests alone
import { transform } from "npm:esbuild@0.28.2";

const ROOT = new URL("../../../", import.meta.url);
let built: Promise<URL> | undefined;

/** Folder of the project as JavaScript, as Node runs it; made once per process. */
export function builtPackage(): Promise<URL> {
  return built ??= compile();
}

async function compile(): Promise<URL> {
  const into = new URL("dist/hosts/", ROOT);
  await Deno.mkdir(into, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: into.pathname });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  for (const room of ["src", "routes", "models"]) await compileFolder(room, folder);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "type": "module" }');
  return new URL(`file://${folder}/`);
}

async function compileFolder(path: string, into: string): Promise<void> {
  await Deno.mkdir(`${into}/${path}`);
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, ROOT))) {
    const file = `${path}/${name}`;
    if (isDirectory) {
      if (name !== "training") await compileFolder(file, into);
    } else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) {
      const text = await Deno.readTextFile(new URL(file, ROOT));
      const { code } = await transform(text, { loader: "ts", target: "es2022" });
      const script = code.replace(/((?:from |import ?\(?)"\.[^"]*)\.ts"/g, '$1.js"');
      await Deno.writeTextFile(`${into}/${file.replace(/ts$/, "js")}`, script);
    } else await Deno.copyFile(new URL(file, ROOT), `${into}/${file}`);
  }
}
