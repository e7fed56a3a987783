// deno-lint-ignore-file no-import-prefix -- the linter is a tool of this test alone
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createConfig, lintFromString } from "npm:@redocly/openapi-core@2.64.0";
import { REFERENCE_MODULE, referenceModule } from "../../packaging/build_reference.ts";
import { OPENAPI } from "../../routes/reference/document.ts";
import { quickApp } from "../routes/quick_app.ts";

const document = JSON.parse(OPENAPI);

Deno.test("routes/reference/document.ts is generated from the schemas of today", async () => {
  const module = await Deno.readTextFile(REFERENCE_MODULE);
  assert(module === await referenceModule(), "run `deno task reference`");
});

Deno.test("the OpenAPI document passes the strict rules of Redocly", async () => {
  assertEquals(await faultsOf(OPENAPI), []);
});

for (
  const [mistake, from, to, rule] of [
    ["an unknown field", '"operationId":"detect"', '"operationID":"detect"', "struct"],
    ["a schema that is missing", "schemas/Detection", "schemas/Detections", "no-unresolved-refs"],
    ["two equal operation ids", '"listModels"', '"getModel"', "operation-operationId-unique"],
    ["an undeclared path parameter", "/models/{id}", "/models/{name}", "path-parameters-defined"],
  ] as const
) {
  Deno.test(`the linter refuses a document with ${mistake}`, async () => {
    const changed = OPENAPI.replace(from, to);
    assertNotEquals(changed, OPENAPI);
    const rules = await faultsOf(changed);
    assert(rules.includes(rule), rules.join());
  });
}

Deno.test("the document lists the routes of the app, and no others", async () => {
  const app = await quickApp();
  const served = new Set(
    app.routes
      .filter(({ method, path }) => method !== "ALL" && !/\*/.test(path))
      .map(({ method, path }) => `${method} ${describedPath(path)}`),
  );
  const described = Object.entries<object>(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)
  );
  // The document itself, as JSON and as a page.
  const apart = ["GET /docs", "GET /openapi.json"];
  assertEquals(described.toSorted(), [...served].filter((each) => !apart.includes(each)).sort());
});

/** Replaces parameters by their names, and a parameter with one value by this value. */
function describedPath(path: string): string {
  return path.replaceAll(/:\w+\{(\w+:\w+)\}/g, "$1")
    .replaceAll(/\/:(\w+)(\{.*?\})?/g, "/{$1}");
}

async function faultsOf(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const problems = await lintFromString({ source, config, absoluteRef: "openapi.json" });
  return problems.map(({ ruleId }) => ruleId);
}
