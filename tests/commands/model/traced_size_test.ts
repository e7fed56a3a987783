import { assertEquals, assertMatch } from "@std/assert";
import type { Size } from "../../../src/core/size.ts";
import { stretchedFault, tracedSizeFault } from "../../../src/commands/model/traced_size.ts";
import { FAMILIES } from "../../../src/describe/families.ts";
import type { FinishedFacts, GraphFacts, JoinedFacts } from "../../../src/describe/graph_facts.ts";
import { openEngine } from "../../../src/engines/open_engine.ts";
import { wasmEngine } from "../../../src/engines/wasm.ts";
import { OnnxWriter } from "../../planner/onnx_writer.ts";

/** Number of `FLOAT` in ONNX. */
const FLOAT = 1;

/** How the graph scales an image before its convolution. */
type Scale = (writer: OnnxWriter) => string;

/** Scales by a constant: 400 / 192 for an example image of 192 rows. */
const byConstant: Scale = (writer) => {
  const scales = writer.constant(Float32Array.of(1, 1, 2.08, 2.08));
  return writer.node("Resize", ["image", "", scales], { mode: "nearest" });
};

/** Scales the shorter side to 400, as torchvision's exporter writes it. */
const byShortestSide: Scale = (writer) => {
  const sides = writer.node("Shape", ["image"], { start: 2 });
  const shortest = writer.node("ReduceMin", [writer.node("Cast", [sides], { to: FLOAT })], {
    keepdims: 0,
  });
  const wanted = writer.constant(Float32Array.of(400, 400));
  const scale = writer.node("Div", [wanted, shortest]);
  const scales = writer.node("Concat", [writer.constant(Float32Array.of(1, 1)), scale], {
    axis: 0,
  });
  return writer.node("Resize", ["image", "", scales], { mode: "nearest" });
};

/** Resizes to 128x128. */
const toConstant: Scale = (writer) => {
  const sizes = writer.constant(BigInt64Array.of(1n, 3n, 128n, 128n));
  return writer.node("Resize", ["image", "", "", sizes], { mode: "nearest" });
};

const notAtAll: Scale = (writer) => writer.node("Identity", ["image"]);

/** Returns a box of 500x333, with class id 900 and a score if `columns` is set. */
function rowOf(columns: FinishedFacts["columns"]): Float32Array<ArrayBuffer> {
  if (columns === undefined) return Float32Array.of(0, 0, 500, 333);
  return columns === "label-score-box"
    ? Float32Array.of(900, 0.5, 0, 0, 500, 333)
    : Float32Array.of(0, 0, 500, 333, 0.5, 900);
}

/** Facts of a graph with decoded boxes and no NMS. */
const JOINED: Omit<JoinedFacts, "deltas"> = {
  ...{ kind: "joined", scores: "scores", anchors: null, space: "input", decoded: true },
  ...{ form: "xyxy", counts: [{ size: { width: 384, height: 256 }, rows: 1 }], classes: 2 },
  ...{ evidence: "channels", transposed: false, packed: null, boxConstants: [] },
};

/**
 * Describes a graph with one box.
 *
 * @param follows True if the box is as large as the image, false if it is 500x333.
 * @param columns Order of the columns if the class id and the score of the box are beside it.
 * @param joined Facts of a graph without NMS, instead of one that finds one box.
 */
async function faultOf(
  scale: Scale,
  follows: boolean,
  size: Size | null = null,
  columns: FinishedFacts["columns"] = undefined,
  joined: Partial<JoinedFacts> | null = null,
): Promise<string | null> {
  const writer = new OnnxWriter();
  writer.conv(scale(writer), { inside: 3, outside: 2 }, "features");
  const sides = writer.node("Shape", ["image"], { start: 2 });
  const boxes = follows
    ? writer.node("Cast", [sides], { to: FLOAT })
    : writer.node("Identity", [writer.constant(rowOf(columns))]);
  const bytes = writer.finish({ image: [1, 3, size?.height ?? "h", size?.width ?? "w"] }, {
    features: [1, 2, "a", "b"],
    [boxes]: [
      follows ? 2 : rowOf(columns).length,
    ],
  });
  const facts: Pick<GraphFacts, "input" | "outputs"> = {
    input: { name: "image", type: "float32", layout: "nchw", batch: 1, size },
    outputs: joined !== null ? { ...JOINED, deltas: boxes, ...joined } : {
      ...{ kind: "finished", boxes, scores: "scores", labels: "labels", count: null },
      ...{ batched: false, space: "input", form: null, classIds: [] },
      ...(columns === undefined ? {} : { scores: null, labels: null, columns }),
    },
  };
  return await tracedSizeFault(
    { bytes, data: [] },
    facts,
    (graph) => openEngine([wasmEngine(1)], "wasm", { bytes: graph }),
  );
}

Deno.test("tracedSizeFault() states the factor of a graph that was traced for one size", async () => {
  assertEquals(
    await faultOf(byConstant, true),
    "the graph was traced for one size: it scales an image of any size by 2.08, so boxes differ " +
      "from the framework's unless the framework would scale the image by this factor",
  );
});

Deno.test("tracedSizeFault() states that boxes do not follow the image", async () => {
  assertEquals(
    await faultOf(toConstant, false),
    "the graph was traced for one size: its boxes reach up to 500 whatever the size of the image, " +
      "so they fit only images of the size that it was traced with",
  );
});

Deno.test("tracedSizeFault() examines decoded boxes without NMS, but no deltas", async () => {
  const faultOfJoined = (joined: Partial<JoinedFacts>) =>
    faultOf(toConstant, false, null, undefined, joined);
  assertMatch(await faultOfJoined({}) ?? "", /reach up to 500 whatever/);
  assertEquals(await faultOfJoined({ decoded: false }), null);
});

for (const columns of ["label-score-box", "box-score-label"] as const) {
  Deno.test(`tracedSizeFault() takes no class id of ${columns} for a coordinate`, async () => {
    assertMatch(await faultOf(toConstant, false, null, columns) ?? "", /reach up to 500 whatever/);
  });
}

Deno.test("tracedSizeFault() states that a graph of one size scales the image once more", async () => {
  assertEquals(
    await faultOf(byConstant, true, { width: 192, height: 128 }),
    "the graph was traced for one size: it takes 192x128 only and scales by 2.08 inside, so an " +
      "image of another size is scaled twice, and its boxes differ from the framework's",
  );
  assertEquals(await faultOf(notAtAll, true, { width: 192, height: 128 }), null);
});

for (
  const [claim, scale] of [
    ["scales by the shorter side", byShortestSide],
    ["resizes to one size and maps the boxes back", toConstant],
    ["does not resize", notAtAll],
  ] as const
) {
  Deno.test(`tracedSizeFault() finds no fault in a graph that ${claim}`, async () => {
    assertEquals(await faultOf(scale, true), null);
  });
}

Deno.test("stretchedFault() warns of one size if the framework resizes inside its graphs", () => {
  const families = (name: string) => FAMILIES.find(({ family }) => family === name)!;
  const of = (size: Size | null) => {
    return {
      input: { name: "images", type: "float32", layout: "nchw", batch: null, size },
    } as const;
  };
  const fault = stretchedFault(of({ width: 500, height: 333 }), families("torchvision-whole"));
  assertMatch(fault ?? "", /takes 500x333 only, so an image of another size is stretched/);
  assertEquals(stretchedFault(of(null), families("torchvision-whole")), null);
  assertEquals(stretchedFault(of({ width: 800, height: 800 }), families("mlperf")), null);
});
