import { assertEquals } from "@std/assert";
import { briefRun, warmUp } from "../../src/detect/first_run.ts";
import { parseManifest } from "../../src/manifest/manifest.ts";
import type { Feeds, Session, Tensor } from "../../src/ports/session.ts";
import { assertRejectsDomainError } from "../testing.ts";
import { finished } from "../manifest/small_manifest.ts";

const BASE = finished({}, { score: 0.1, limit: 100 });

/** Graph that finds nothing, and notes the sizes of its inputs. */
class EmptySession implements Session {
  readonly engine = { provider: "wasm", threads: 1, reason: "it is a test" } as const;
  readonly inputs = [];
  readonly outputs = [];
  readonly sizes: string[] = [];
  readonly #accepts: (width: number, height: number) => boolean;

  constructor(accepts: (width: number, height: number) => boolean = () => true) {
    this.#accepts = accepts;
  }

  run(feeds: Feeds): Promise<Record<string, Tensor>> {
    const [height, width] = feeds["image"]!.shape.slice(-2) as [number, number];
    this.sizes.push(`${width}x${height}`);
    if (!this.#accepts(width, height)) return Promise.reject(new Error("another size"));
    const empty = (...shape: readonly number[]) => ({ data: new Float32Array(), shape });
    return Promise.resolve({ boxes: empty(0, 4), scores: empty(0), labels: empty(0) });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const fit = { kind: "fit", width: 320, height: 320, rounding: "half-up", factor: "per-side" };
const shortest = {
  ...{ kind: "shortest", shortest: 800, longest: 1333, scale: "float64" },
  ...{ rounding: "floor", factor: "per-side" },
};
const none = { kind: "none", value: 0 };
const multiple = { kind: "multiple", of: 32, value: 0 };

/** Rules, and the size of the input on which briefRun() runs the model. */
const CASES = [
  // 1024x64 becomes 320x20, padded to 320x32; 64x64 would become 320x320.
  ["fit", fit, multiple, "320x32"],
  // The factor is 1333 / 1024: 1333x83, padded to 1344x96.
  ["shortest", shortest, multiple, "1344x96"],
  ["fixed padding", fit, { kind: "fixed", width: 320, height: 320, value: 0 }, "320x320"],
  ["stretch", { kind: "stretch", width: 300, height: 200 }, none, "300x200"],
  // An image of 64x64 is smaller than one of 1024x64.
  ["none", { kind: "none" }, none, "64x64"],
] as const;

function manifestOf(resize: unknown, pad: unknown) {
  return parseManifest({ ...BASE, resize, pad });
}

for (const [name, resize, pad, size] of CASES) {
  Deno.test(`briefRun() runs a model with the rule ${name} once, on ${size}`, async () => {
    const session = new EmptySession();
    const cost = await briefRun({ manifest: manifestOf(resize, pad), session });
    assertEquals(session.sizes, [size]);
    const [width, height] = size.split("x").map(Number) as [number, number];
    assertEquals(cost.elements, 3 * width * height);
  });
}

Deno.test("briefRun() runs a graph that accepts only squares on a square", async () => {
  const session = new EmptySession((width, height) => width === height);
  await briefRun({ manifest: manifestOf(fit, multiple), session });
  assertEquals(session.sizes, ["320x32", "320x320"]);
});

Deno.test("briefRun() rejects if the outputs do not match the manifest", async () => {
  const session = new EmptySession();
  const run = () => Promise.resolve({});
  const broken = { ...session, run, close: () => Promise.resolve() };
  await assertRejectsDomainError(
    () => briefRun({ manifest: manifestOf(fit, multiple), session: broken }),
    "graph-mismatch",
  );
});

Deno.test("warmUp() runs a model on an input of usual size", async () => {
  const session = new EmptySession();
  await warmUp({ manifest: manifestOf(fit, multiple), session });
  assertEquals(session.sizes, ["320x320"]);
});
