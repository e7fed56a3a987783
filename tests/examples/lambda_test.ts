import { assert, assertEquals } from "@std/assert";
import { executable } from "../platforms/hosts/executable.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { installExample } from "./install_example.ts";

/** Program that calls the handler like Lambda, once per event, and prints the results as JSON. */
const CALLER = `
import { handler } from "./index.mjs";
import { readFileSync } from "node:fs";
const answers = [];
for (const event of JSON.parse(readFileSync("events.json"))) answers.push(await handler(event, {}));
console.log(JSON.stringify(answers));
`;

/** Returns the event of a function URL (payload format 2.0). */
function eventOf(method: string, path: string, body: Uint8Array, query = "") {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query,
    headers: { "content-type": "application/octet-stream", "host": "abc.lambda-url.example" },
    requestContext: {
      accountId: "anonymous",
      apiId: "abc",
      domainName: "abc.lambda-url.example",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "curl" },
      requestId: "00000000-0000-4000-8000-000000000000",
      routeKey: "$default",
      stage: "$default",
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: 1767225600000,
    },
    body: body.toBase64(),
    isBase64Encoded: true,
  };
}

Deno.test("examples/lambda answers the events of a function URL, on Node", async () => {
  await using example = await installExample("lambda");
  const events = [
    eventOf("POST", "/detect", fruitImage(), "score=0.3"),
    eventOf("POST", "/detect", new TextEncoder().encode("a text")),
    eventOf("GET", "/readyz", new Uint8Array()),
  ];
  await Deno.writeTextFile(`${example.folder}/events.json`, JSON.stringify(events));
  await Deno.writeTextFile(`${example.folder}/caller.mjs`, CALLER);
  const { success, stdout, stderr } = await new Deno.Command(await executable("node24"), {
    args: ["caller.mjs"],
    cwd: example.folder,
    env: { ENGINE: "wasm", THREADS: "1", LOG: "none" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const [found, refused, ready] = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(found.statusCode, 200);
  assertEquals(JSON.parse(found.body).detections[0].label, "orange");
  assertEquals([refused.statusCode, JSON.parse(refused.body).code], [415, "not-an-image"]);
  assertEquals(ready.statusCode, 200);
});
