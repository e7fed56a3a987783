import { createHash } from "node:crypto";
import everyday8 from "../../models/everyday8.json" with { type: "json" };
import { type ConvOptions, OnnxWriter } from "./onnx_writer.ts";

/**
 * RetinaNet of random weights: a backbone, a pyramid from P3 to P7, and two subnets.
 *
 * The blocks of the backbone are ResNet's (`basic`: two convolutions of 3x3; `bottleneck`: 1x1, 3x3
 * and 1x1) or MobileNetV2's (`inverted`: 1x1 to six times the channels, 3x3 of each, 1x1).
 */
export interface RetinaNetShape {
  /** Number of blocks of the stages at strides 4, 8, 16 and 32. */
  readonly blocks: readonly [number, number, number, number];
  /** Kind of the blocks. */
  readonly block: keyof typeof BLOCKS;
  /** Channels of the first stage; each further has twice as many. */
  readonly width: number;
  /** Channels of the pyramid and of the subnets. */
  readonly channels: number;
  /** Convolutions of each subnet before its last. */
  readonly depth: number;
  /** True to quantize it to int8. Unset: float32. */
  readonly int8?: boolean;
  /**
   * True to resample with antialias, so that JPEGs may be decoded at a reduced scale.
   *
   * @default true
   */
  readonly antialias?: boolean;
  /** Maximum side of the input, pixels. */
  readonly side: number;
}

/** Anchors per cell. */
const PER_CELL = 9;

/** Convolutions of each kind of block, by the channels of its stage. */
const BLOCKS = {
  basic: (channels: number) => ({
    outside: channels,
    convs: (inside: number, stride: number): ConvOptions[] => [
      { inside, outside: channels, kernel: 3, stride },
      { inside: channels, outside: channels, kernel: 3 },
    ],
  }),
  bottleneck: (channels: number) => ({
    outside: 4 * channels,
    convs: (inside: number, stride: number): ConvOptions[] => [
      { inside, outside: channels },
      { inside: channels, outside: channels, kernel: 3, stride },
      { inside: channels, outside: 4 * channels },
    ],
  }),
  inverted: (channels: number) => ({
    outside: channels,
    convs: (inside: number, stride: number): ConvOptions[] => [
      { inside, outside: 6 * inside },
      { inside: 6 * inside, outside: 6 * inside, groups: 6 * inside, kernel: 3, stride },
      { inside: 6 * inside, outside: channels },
    ],
  }),
};

/** Creates a graph, and a manifest that differs from that of everyday8 only in its sizes. */
export function randomRetinaNet(
  id: string,
  shape: RetinaNetShape,
): { graph: Uint8Array<ArrayBuffer>; manifest: typeof everyday8 } {
  const graph = graphOf(shape);
  const sha256 = createHash("sha256").update(graph).digest("hex");
  const { side } = shape;
  const manifest = {
    ...everyday8,
    id,
    title: `Random weights, ${side} px`,
    graph: { file: `${id}.onnx`, sha256, bytes: graph.length },
    resample: { ...everyday8.resample, antialias: shape.antialias ?? true },
    resize: { ...everyday8.resize, width: side, height: side },
  };
  return { graph, manifest };
}

function graphOf(shape: RetinaNetShape): Uint8Array<ArrayBuffer> {
  const { channels, depth } = shape;
  const writer = new OnnxWriter(shape.int8);
  const features = backbone(writer, shape);
  const levels = pyramid(writer, features, channels);
  const classes = everyday8.labels.length;
  const heads: [name: string, outside: number][] = [
    ["logits", PER_CELL * classes],
    ["deltas", PER_CELL * 4],
  ];
  const outputs: Record<string, readonly (number | string)[]> = {};
  for (const [head, outside] of heads) {
    levels.forEach((level, i) => {
      let x = level;
      for (let n = 0; n < depth; n++) {
        x = writer.node("Relu", [
          writer.conv(x, { inside: channels, outside: channels, kernel: 3 }),
        ]);
      }
      const name = `${head}_p${i + 3}`;
      writer.conv(x, { inside: channels, outside, kernel: 3 }, name);
      outputs[name] = [1, outside, `h${i}`, `w${i}`];
    });
  }
  return writer.finish({ image: [1, 3, "h", "w"] }, outputs);
}

interface Feature {
  readonly name: string;
  readonly channels: number;
}

/** C3, C4 and C5. */
type Features = readonly [Feature, Feature, Feature];

/** Adds the backbone. */
function backbone(writer: OnnxWriter, { blocks, block, width }: RetinaNetShape): Features {
  let x = writer.conv("image", { inside: 3, outside: width, kernel: 7, stride: 2 });
  x = writer.node("MaxPool", [writer.node("Relu", [x])], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
  let inside = width;
  const addStage = (count: number, stage: number): Feature => {
    const { convs, outside } = BLOCKS[block](width * 2 ** stage);
    for (let i = 0; i < count; i++) {
      const stride = i === 0 && stage > 0 ? 2 : 1;
      const y = chain(writer, x, convs(inside, stride));
      const past = stride === 1 && inside === outside
        ? x
        : writer.conv(x, { inside, outside, stride });
      x = writer.node("Relu", [writer.node("Add", [y, past])]);
      inside = outside;
    }
    return { name: x, channels: outside };
  };
  const [, ...features] = blocks.map(addStage) as [Feature, Feature, Feature, Feature];
  return features;
}

/** Adds convolutions with a ReLU between each two. */
function chain(writer: OnnxWriter, input: string, convs: readonly ConvOptions[]): string {
  return convs.reduce(
    (x, options, i) => writer.conv(i === 0 ? x : writer.node("Relu", [x]), options),
    input,
  );
}

/** Adds the pyramid. Returns P3 to P7. */
function pyramid(writer: OnnxWriter, features: Features, channels: number): string[] {
  const lateral = ({ name, channels: inside }: Feature) =>
    writer.conv(name, { inside, outside: channels });
  const [c3, c4, c5] = features;
  const [l3, l4, l5] = [lateral(c3), lateral(c4), lateral(c5)];
  const m4 = writer.node("Add", [l4, writer.upsample(l5)]);
  const m3 = writer.node("Add", [l3, writer.upsample(m4)]);
  const same = { inside: channels, outside: channels, kernel: 3 };
  const p6 = writer.conv(c5.name, { ...same, inside: c5.channels, stride: 2 });
  const p7 = writer.conv(writer.node("Relu", [p6]), { ...same, stride: 2 });
  return [...[m3, m4, l5].map((merged) => writer.conv(merged, same)), p6, p7];
}
