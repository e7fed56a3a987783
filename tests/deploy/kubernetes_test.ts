import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { HostMetrics } from "../../src/platforms/host/host_metrics.ts";
import { readConfig } from "../../src/server/config.ts";
import { quickApp } from "../routes/quick_app.ts";
import { checkManifest, lintYaml } from "./run_tools.ts";

const PATH = new URL("../../deploy/kubernetes.yaml", import.meta.url).pathname;
const text = await Deno.readTextFile(PATH);

Deno.test("deploy/kubernetes.yaml", async (test) => {
  const { success, said } = await checkManifest(text);
  assert(success, said);
  const [deployment, service, scaler] = JSON.parse(said);
  const pod = deployment.spec.template;
  const [container] = pod.spec.containers;
  const environment = Object.fromEntries(
    container.env.map(({ name, value }: Record<string, string>) => [name, value]),
  );
  const config = readConfig(environment);

  await test.step("is clean YAML", async () => {
    assertEquals(await lintYaml(PATH), { success: true, said: "" });
  });

  for (
    const [mistake, from, to, fault] of [
      ["an unknown field of the pod", "enableServiceLinks:", "serviceLinks:", "serviceLinks"],
      ["a text for a number", "maxReplicas: 10", "maxReplicas: ten", "ten"],
      ["a wrong quantity", "memory: 512Mi", "memory: 512MB", "512MB"],
      ["a repeated key", "  minReplicas: 1\n", "  minReplicas: 1\n  minReplicas: 2\n", "twice"],
    ] as const
  ) {
    await test.step(`would be refused with ${mistake}`, async () => {
      assert(text.includes(from));
      const answer = await checkManifest(text.replace(from, to));
      assertEquals(answer.success, false);
      assertStringIncludes(answer.said, fault);
    });
  }

  await test.step("sets only variables that the server knows", async () => {
    const docs = await Deno.readTextFile(new URL("../../docs/configuration.md", import.meta.url));
    assertEquals(Object.keys(environment).filter((name) => !docs.includes(`| \`${name}\``)), []);
  });

  await test.step("has the port and user of the Dockerfile, and the project's version", async () => {
    const dockerfile = await Deno.readTextFile(new URL("../../Dockerfile", import.meta.url));
    assertStringIncludes(dockerfile, `EXPOSE ${container.ports[0].containerPort}\n`);
    const { runAsUser, runAsGroup } = pod.spec.securityContext;
    assertStringIncludes(dockerfile, `USER ${runAsUser}:${runAsGroup}\n`);
    assertEquals(container.image, `retinanet-edge:${project.version}`);
  });

  await test.step("gives a pod more time to end than the server takes to drain", () => {
    const pauseMs = 1000 * container.lifecycle.preStop.sleep.seconds;
    const graceMs = 1000 * pod.spec.terminationGracePeriodSeconds;
    assert(graceMs > pauseMs + config.SHUTDOWN_TIMEOUT_MS, `${graceMs} ms`);
  });

  await test.step("waits for a start longer than a model may take to load", () => {
    const { periodSeconds, failureThreshold } = container.startupProbe;
    assert(1000 * periodSeconds * failureThreshold >= config.LOAD_TIMEOUT_MS);
  });

  await test.step("probes routes that answer without a key, at a port that exists", async () => {
    const app = await quickApp({ keys: [] });
    const { startupProbe, readinessProbe, livenessProbe } = container;
    for (const { httpGet: { path, port } } of [startupProbe, readinessProbe, livenessProbe]) {
      assertEquals((await app.request(path)).status, 200, path);
      assertEquals(port, container.ports[0].name);
    }
    assertEquals(service.spec.ports[0].targetPort, container.ports[0].name);
  });

  await test.step("selects its pods and scales its deployment", () => {
    for (const selector of [deployment.spec.selector.matchLabels, service.spec.selector]) {
      assertEquals(selector, pod.metadata.labels);
    }
    const { kind, name, apiVersion } = scaler.spec.scaleTargetRef;
    assertEquals([apiVersion, kind, name], ["apps/v1", "Deployment", deployment.metadata.name]);
  });

  await test.step("scales on a metric that the server has, and scrapes it", async () => {
    const { text: metrics } = await new HostMetrics().read(0);
    assertStringIncludes(metrics, `# TYPE ${scaler.spec.metrics[0].pods.metric.name} gauge\n`);
    const { annotations } = pod.metadata;
    assertEquals(annotations["prometheus.io/port"], String(container.ports[0].containerPort));
    const app = await quickApp({ keys: [], metrics: new HostMetrics(), hasOpenMetrics: true });
    assertEquals(config.METRICS, "open");
    assertEquals((await app.request(annotations["prometheus.io/path"])).status, 200);
  });

  await test.step("takes every privilege that the server does not need", () => {
    const { runAsNonRoot, seccompProfile } = pod.spec.securityContext;
    assertEquals([runAsNonRoot, seccompProfile.type], [true, "RuntimeDefault"]);
    assertEquals(container.securityContext, {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    });
  });
});
