import { stripVTControlCharacters } from "node:util";
import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../platforms/host/start_server.ts";
import { reducedDocument } from "../openapi/reduced_document.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { testUnless } from "../testing.ts";
import { copyFolder } from "./install_example.ts";

const EXAMPLE = new URL("../../examples/kotlin/", import.meta.url);
const CHECKS = new URL("kotlin/Checks.kt", import.meta.url);
const hasMaven = await new Deno.Command("mvn", { args: ["-v"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);

/** What `kotlin/Checks.kt` prints of the functions that need no server. */
const EXPECTED = [
  // 500 · 2^(attempt - 1) milliseconds; no attempt after the fourth.
  ...["pause 1 500", "pause 2 1000", "pause 3 2000", "pause 4 null"],
  "pause most 3000", // 2000 + 2000 / 2
  ...["pause 400 null", "pause 422 null", "pause 500 null", "pause 502 null"],
  ...["pause '4' 4000", "pause ' 4 ' 4000", "pause '0' 0", "pause '30' 30000", "pause '31' null"],
  ...["pause 'soon' 500", "pause '-1' 500", "pause '' 500"],
  "pause 'Thu, 01 Jan 1970 00:00:00 GMT' 0",
  "pause 'Fri, 31 Dec 9999 23:59:59 GMT' null",
  "pause '18446744073709552' null",
  "pause '0' most 250", // half of the back-off, although the server asks for none
  ...["upload 4000 3000 (1280, 960)", "upload 3000 4000 (960, 1280)", "upload 1280 720 null"],
  ...["upload 1281 1 (1280, 1)", "upload 20000 1 (1280, 1)", "upload 1 1 null"],
  "place 400.0 200.0 20.0 40.0 100.0 100.0", // scale 2
  "place 400.0 300.0 20.0 90.0 100.0 100.0", // scale 2, 50 pixels above the photo
  "place 100.0 50.0 5.0 10.0 25.0 25.0", // scale 0.5
  "place 400.0 100.0 110.0 20.0 50.0 50.0", // scale 1, 100 pixels beside the photo
];

testUnless(
  hasMaven ? undefined : "Maven is not here",
  "examples/kotlin and a generated Kotlin client get their boxes from a real server",
  async (test) => {
    const root = await Deno.makeTempDir({ prefix: "example-kotlin-" });
    await using cleaner = new AsyncDisposableStack();
    cleaner.defer(() => Deno.remove(root, { recursive: true }));
    const folder = `${root}/kotlin`;
    await copyFolder(EXAMPLE, folder);
    await Deno.copyFile(CHECKS, `${folder}/src/main/kotlin/Checks.kt`);
    await Deno.writeFile(`${folder}/fruit.png`, fruitImage());
    // The types of the example and a whole client, for less to compile of two operations.
    const document = reducedDocument(["detect", "isAlive"]);
    await Deno.writeTextFile(`${folder}/openapi.json`, JSON.stringify(document));
    await using server = await startServer({ LOG: "none" });

    let isBusy = true;
    await using front = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
      if (!isBusy) return await fetch(server.url + new URL(request.url).pathname, request);
      isBusy = false;
      await request.body?.cancel();
      return new Response(null, { status: 503, headers: { "retry-after": "0" } });
    });

    await test.step("Maven compiles the client, and runs it", async () => {
      const found = await run("mvn", folder, [
        // Without the compiler daemon, which would outlive the test.
        ...["-q", "-B", "-Dkotlin.compiler.daemon=false"],
        ...["-Dopenapi=openapi.json", "-Dapis=true", "-Dmodels="],
        ...["compile", "dependency:build-classpath", "-Dmdep.outputFile=classpath.txt"],
        ...["exec:java", `-Dexec.args=http://127.0.0.1:${front.addr.port} fruit.png`],
      ]);
      assertEquals(found.code, 0, found.stdout + found.stderr);
      assertEquals(isBusy, false);
      assertMatch(found.stdout, /^orange 0\.\d\d at \d+,\d+–\d+,\d+$/m);
    });

    const classpath = `target/classes:${await Deno.readTextFile(`${folder}/classpath.txt`)}`;
    const java = (...args: string[]) => run("java", folder, ["-cp", classpath, ...args]);

    await test.step("it names the problem of a text, and fails", async () => {
      const refused = await java("com.example.detect.MainKt", server.url, "pom.xml");
      assertEquals(refused.code, 1);
      assertMatch(refused.stderr, /^not-an-image: /m);
    });

    await test.step("its functions, its cancellation and the generated client work", async () => {
      const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const closed = readAll(silent);
      const silentUrl = `http://127.0.0.1:${(silent.addr as Deno.NetAddr).port}`;
      const args = [server.url, "fruit.png", silentUrl];
      const { stdout, stderr, code } = await java("com.example.detect.ChecksKt", ...args);
      assertEquals(code, 0, stderr);
      const lines = stdout.trim().split("\n");
      assertEquals(lines.slice(0, EXPECTED.length), EXPECTED);
      const [cancelled, alive, found, ...rest] = lines.slice(EXPECTED.length);
      assertEquals([cancelled, alive], ["cancelled true true", "status alive"]);
      assertMatch(found!, /^found orange 0\.\d+( \d+\.\d+){4}$/);
      assertEquals(rest.at(-1), "status 415");
      await closed;
    });
  },
);

/** Takes one connection, and reads until the client closes it. */
async function readAll(listener: Deno.Listener): Promise<void> {
  const connection = await listener.accept();
  const bytes = new Uint8Array(65536);
  while (await connection.read(bytes).catch(() => null) !== null);
  connection.close();
  listener.close();
}

async function run(program: string, cwd: string, args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    // The compiler runs once and for seconds: it gains nothing from the slower, second compilation.
    env: { MAVEN_OPTS: "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" },
  }).output();
  const text = (bytes: Uint8Array) => stripVTControlCharacters(new TextDecoder().decode(bytes));
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
