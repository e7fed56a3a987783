import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../random.ts";
import { damaged } from "../damaged.ts";
import { quickApp } from "../quick_app.ts";
import { binaryBody, encodedBody, INFER, jsonBody } from "./infer_body.ts";

const PHOTO = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0x00]);
const RGB = { name: "image", datatype: "UINT8", shape: [1, 2, 2, 3] };
const OUTPUTS = [{ name: "boxes", parameters: { binary_data: true } }, { name: "labels" }];

const REQUESTS = {
  "BYTES as binary data": encodedBody(PHOTO, { outputs: OUTPUTS, parameters: { score: 0.5 } }),
  "UINT8 as binary data": binaryBody(
    { id: "1", inputs: [{ ...RGB, parameters: { binary_data_size: 12 } }] },
    new Uint8Array(12),
  ),
  "UINT8 in JSON": jsonBody({
    inputs: [{ ...RGB, data: [[[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]] }],
    parameters: { classes: "apple, cat", max: 3 },
  }),
};

for (const [what, request] of Object.entries(REQUESTS)) {
  Deno.test(`POST infer survives 2,000 damaged requests with ${what}`, async () => {
    const app = await quickApp({
      log: (error) => {
        throw error;
      },
    });
    const whole = new Uint8Array(await new Response(request.body).arrayBuffer());
    assertEquals((await app.request(INFER, { ...request, body: whole })).status, 200);
    const next = seededRandom(7);
    const statuses = new Set<number>();
    for (let i = 0; i < 2000; i++) {
      const response = await app.request(INFER, { ...request, body: damaged(whole, next) });
      await response.arrayBuffer();
      statuses.add(response.status);
    }
    const foreseen = new Set([200, 400, 415]);
    assert(statuses.has(400) && statuses.isSubsetOf(foreseen), [...statuses].join());
  });
}
