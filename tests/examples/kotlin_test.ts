import { stripVTControlCharacters } from "node:util";
import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { testUnless } from "../testing.ts";
import { copyFolder } from "./install_example.ts";

const EXAMPLE = new URL("../../examples/kotlin/", import.meta.url);
const hasMaven = await new Deno.Command("mvn", { args: ["-v"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);

testUnless(
  hasMaven ? undefined : "Maven is not here",
  "examples/kotlin gets its boxes from a real server",
  async () => {
    const root = await Deno.makeTempDir({ prefix: "example-kotlin-" });
    await using cleaner = new AsyncDisposableStack();
    cleaner.defer(() => Deno.remove(root, { recursive: true }));
    const folder = `${root}/kotlin`;
    await copyFolder(EXAMPLE, folder);
    await Deno.writeFile(`${folder}/fruit.png`, fruitImage());
    await using server = await startServer({ LOG: "none" });
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command("mvn", {
        // Without the compiler daemon, which would outlive the test.
        args: ["-q", "-B", "-Dkotlin.compiler.daemon=false", ...args],
        cwd: folder,
      }).output();
      const text = (bytes: Uint8Array) => stripVTControlCharacters(new TextDecoder().decode(bytes));
      return { code, stdout: text(stdout), stderr: text(stderr) };
    };
    const compiled = await run("compile");
    assertEquals(compiled.code, 0, compiled.stdout + compiled.stderr);

    let isBusy = true;
    await using front = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
      if (!isBusy) return await fetch(server.url + new URL(request.url).pathname, request);
      isBusy = false;
      await request.body?.cancel();
      return new Response(null, { status: 503, headers: { "retry-after": "0" } });
    });
    const busyUrl = `http://127.0.0.1:${front.addr.port}`;
    const found = await run("exec:java", `-Dexec.args=${busyUrl} fruit.png`);
    assertEquals(isBusy, false);
    assertEquals(found.code, 0, found.stderr);
    assertMatch(found.stdout, /^orange 0\.\d\d at \d+,\d+–\d+,\d+$/m);
    const refused = await run("exec:java", `-Dexec.args=${server.url} pom.xml`);
    assertEquals(refused.code, 1);
    assertMatch(refused.stderr, /^not-an-image: /m);
  },
);
