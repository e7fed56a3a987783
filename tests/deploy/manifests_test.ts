import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { readConfig } from "../../src/server/config.ts";
import { quickApp } from "../routes/quick_app.ts";
import { checkManifest, lintYaml } from "./run_tools.ts";

const DEPLOY = new URL("../../deploy/", import.meta.url);

interface Container {
  readonly image: string;
  readonly ports: { readonly containerPort: number }[];
  readonly env: { readonly name: string; readonly value: string }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
}

/** Settings that both kinds of manifests have. */
interface Settings {
  readonly concurrency: number;
  readonly target: number;
  readonly seconds: number;
  readonly container: Container;
}

// deno-lint-ignore no-explicit-any -- manifests, which have been held to their schemas
const SETTINGS: Record<string, (manifest: any) => Settings> = {
  "knative.yaml": ({ spec: { template: { metadata, spec } } }) => ({
    concurrency: spec.containerConcurrency,
    target: Number(metadata.annotations["autoscaling.knative.dev/target"]),
    seconds: spec.timeoutSeconds,
    container: spec.containers[0],
  }),
  "kserve.yaml": ({ spec: { predictor } }) => ({
    concurrency: predictor.containerConcurrency,
    target: predictor.scaleTarget,
    seconds: predictor.timeout,
    container: predictor.containers[0],
  }),
};

for (const [file, settingsOf] of Object.entries(SETTINGS)) {
  Deno.test(`deploy/${file}`, async (test) => {
    const path = new URL(file, DEPLOY).pathname;
    const text = await Deno.readTextFile(path);
    const { success, said } = await checkManifest(text);
    assert(success, said);
    const { concurrency, target, seconds, container } = settingsOf(JSON.parse(said));
    const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    const config = readConfig(environment);

    await test.step("is clean YAML", async () => {
      const answer = await lintYaml(path);
      assertEquals(answer, { success: true, said: "" });
    });

    for (
      const [mistake, from, to, fault] of [
        [
          "an unknown field",
          "containerConcurrency:",
          "containerConcurency:",
          "containerConcurency",
        ],
        ["an unknown field of the container", "readinessProbe:", "redinessProbe:", "redinessProbe"],
        ["a text for a number", "containerConcurrency: 3", "containerConcurrency: three", "three"],
        ["a wrong quantity", "memory: 512Mi", "memory: 512MB", "512MB"],
        ["a repeated key", "spec:\n", "spec:\n  x: 1\n  x: 2\n", "twice"],
      ] as const
    ) {
      await test.step(`would be refused with ${mistake}`, async () => {
        const answer = await checkManifest(text.replace(from, to));
        assertEquals(answer.success, false);
        assertStringIncludes(answer.said, fault);
      });
    }

    await test.step("sets only variables that the server knows", async () => {
      const docs = await Deno.readTextFile(new URL("../docs/configuration.md", DEPLOY));
      const unknown = Object.keys(environment).filter((name) => !docs.includes(`| \`${name}\``));
      assertEquals(unknown, file === "kserve.yaml" ? ["PROTOCOL"] : []);
    });

    await test.step("has the port of the Dockerfile and the version of the project", async () => {
      const dockerfile = await Deno.readTextFile(new URL("../Dockerfile", DEPLOY));
      assertStringIncludes(dockerfile, `EXPOSE ${container.ports[0]?.containerPort}\n`);
      assertEquals(container.image, `retinanet-edge:${project.version}`);
    });

    await test.step("admits as many requests as the server accepts, and scales before that", () => {
      assertEquals(concurrency, config.WORKERS! + config.QUEUE!);
      assert(target < concurrency);
    });

    await test.step("gives a pod more time to end than its last request can take", () => {
      const each = config.DECODE_TIMEOUT_MS + config.RUN_TIMEOUT_MS;
      const worst = config.BODY_TIMEOUT_MS + Math.ceil(concurrency / config.WORKERS!) * each;
      assert(1000 * seconds > worst, `${seconds} s for ${worst} ms`);
    });

    await test.step("probes routes that exist", async () => {
      const app = await quickApp({ keys: [] });
      for (const { httpGet } of [container.readinessProbe, container.livenessProbe]) {
        assertEquals((await app.request(httpGet.path)).status, 200, httpGet.path);
      }
    });
  });
}
