import { assertEquals, assertMatch } from "@std/assert";
import { appSettings } from "../../src/server/app_settings.ts";
import { readConfig } from "../../src/server/config.ts";
import { createLogger, messageLine } from "../../src/server/logger.ts";
import { problemOf, quickApp } from "../routes/quick_app.ts";
import { BusyError } from "../../src/core/domain_error.ts";
import { ModelRegistry } from "../../src/serving/model_registry.ts";

for (
  const [path, code, status] of [
    ["/models", undefined, 200],
    ["/models/none", "unknown-model", 404],
    ["/detect", "method-not-allowed", 405],
    ["/v2/models/none", "unknown-model", 404],
  ] as const
) {
  Deno.test(`a log line of GET ${path} has the problem code ${code}`, async () => {
    for (const format of ["json", "text"] as const) {
      const written: string[] = [];
      const app = await quickApp(createLogger(format, (line) => written.push(line)));
      await (await app.request(path)).body?.cancel();
      if (format === "text") assertEquals(written[0]!.endsWith(` ${code}`), code !== undefined);
      else {
        const line = JSON.parse(written[0]!);
        assertEquals([line.level, line.status, line.code], ["info", status, code]);
      }
    }
  });
}

for (
  const [name, error, level] of [
    ["a busy server", new BusyError("Cannot take the image", 1000), "warn"],
    ["a bug", new Error("bug"), "error"],
  ] as const
) {
  Deno.test(`a log line of ${name} has the level ${level}`, async () => {
    const written: string[] = [];
    const registry = new ModelRegistry({
      manifests: [],
      atStart: [],
      load: () => Promise.reject(),
    });
    registry.manifest = () => {
      throw error;
    };
    const { logRequest } = createLogger("json", (line) => written.push(line));
    const app = await quickApp({ registry, logRequest });
    const [, code] = await problemOf(app.request("/models/any"));
    const line = JSON.parse(written[0]!);
    assertEquals([line.level, line.code], [level, code]);
  });
}

for (const [LOG_HEALTH, isLogged] of [["on", true], ["off", false], ["", false]] as const) {
  Deno.test(`health checks are ${isLogged ? "" : "not "}logged with LOG_HEALTH=${LOG_HEALTH}`, async () => {
    const written: string[] = [];
    const { error } = console;
    console.error = (line: string) => written.push(line);
    try {
      const { logRequest } = appSettings(readConfig({ LOG: "json", LOG_HEALTH }), "text");
      const app = await quickApp({ logRequest });
      const checks = ["/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"];
      for (const path of [...checks, "/info", "/models"]) {
        await (await app.request(path)).body?.cancel();
      }
    } finally {
      console.error = error;
    }
    const paths = written.map((line) => JSON.parse(line).path);
    assertEquals(paths.length, isLogged ? 6 : 2);
    assertEquals(paths.slice(-2), ["/info", "/models"]);
  });
}

Deno.test("messageLine() formats as JSON only if LOG is json", () => {
  const { level, time, message } = JSON.parse(messageLine("json", "warn", "a worker is replaced"));
  assertEquals([level, message], ["warn", "a worker is replaced"]);
  assertMatch(time, /^\d{4}-\d\d-\d\dT/);
  for (const format of ["text", "none", undefined] as const) {
    assertEquals(messageLine(format, "warn", "a worker is replaced"), "a worker is replaced");
  }
});
