import type { Manifest } from "../manifest/manifest.ts";
import { createResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import { jpegReduction, reducedSize } from "../image/jpeg_reduction.ts";
import { inputShape } from "../image/input_tensor.ts";
import type { MeasuredRuntime, PlanConstants } from "./constants.ts";
import { type GraphWork, graphWork, type Macs } from "./graph_work.ts";
import type { OnnxGraph } from "./read_onnx.ts";

/** What a model needs for an image, whatever the platform. */
export interface Needs {
  /** Sides of the input. */
  readonly input: readonly number[];
  /** What the graph does for it. */
  readonly work: GraphWork;
  /** Bytes of the graph's file. */
  readonly graphBytes: number;
  /** The image. */
  readonly image: Size;
  /** Bytes of its file. */
  readonly fileBytes: number;
  /** What it is decoded to, as a baseline JPEG. */
  readonly decoded: Size;
  /** Bytes that this takes at most. */
  readonly decodedBytes: number;
}

/** What is expected on one thread of wasm. */
export interface Expectation {
  /** Bytes of wasm memories and buffers, when they are most. */
  readonly heapBytes: number;
  /** Bytes of the whole process, roughly: what an engine's compiler takes differs by the graph. */
  readonly processBytes: number;
  /** Processor time from the start to the first answer, in milliseconds. */
  readonly coldMs: number;
  /** Processor time of a further image, in milliseconds. */
  readonly imageMs: number;
}

/** A JPEG of a camera has about two bits a pixel. */
const FILE_BYTES_PER_PIXEL = 0.25;

/** How often a file is there: as one piece and in the decoder, and as the pieces of a body. */
const COPIES: Readonly<Record<MeasuredRuntime, number>> = { deno: 2, workerd: 3 };

/** What a decoder takes before it has seen a file. */
const DECODER_BYTES = 1_200_000;

/** Reads out of a manifest and its graph what an image costs. */
export function needsOf(manifest: Manifest, graph: OnnxGraph, image: Size): Needs {
  const plan = createResizePlan(image, manifest.resize, manifest.pad);
  const input = inputShape(manifest.input, plan.input.height, plan.input.width);
  const atLeast = manifest.resample.antialias ? plan.resized : image;
  const header = {
    ...{ ...image, format: "jpeg", orientation: 1, bitDepth: 8 } as const,
    ...{ channels: 3, hasAlpha: false } as const,
  };
  return {
    input,
    work: graphWork(graph, input),
    graphBytes: manifest.graph.bytes,
    image,
    fileBytes: FILE_BYTES_PER_PIXEL * image.width * image.height,
    decoded: reducedSize(image, jpegReduction(image, atLeast)),
    decodedBytes: decodedBytes(header, atLeast),
  };
}

/** Memory and times by the measured constants. */
export function predict(
  needs: Needs,
  runtime: MeasuredRuntime,
  constants: PlanConstants,
): Expectation {
  const { work, graphBytes } = needs;
  const times = constants.runtimes[runtime];
  const heapBytes = heapOf(needs, runtime, constants);
  const imageMs = times.image + times.megapixel * megapixels(needs.image) +
    times.decodedMegapixel * megapixels(needs.decoded) + engineMs(work, constants);
  const coldMs = times.start + times.graphMegabyte * graphBytes / 1e6 + times.node * work.nodes +
    times.first * imageMs;
  return { heapBytes, processBytes: heapBytes + times.processBytes, coldMs, imageMs };
}

/** The engine's memory never shrinks; while it loads, the file is there beside it. */
function heapOf(
  { work, graphBytes, fileBytes, decodedBytes, input }: Needs,
  runtime: MeasuredRuntime,
  constants: PlanConstants,
): number {
  const tensor = 4 * input.reduce((product, side) => product * side, 1);
  const imageBytes = COPIES[runtime] * fileBytes + DECODER_BYTES + decodedBytes + tensor;
  return engineBytes(work, constants) + Math.max(graphBytes, imageBytes);
}

/** What the engine's wasm memory grows to. */
export function engineBytes(
  { weightBytes, activationBytes }: GraphWork,
  { heap: { base, loading, running, activations } }: PlanConstants,
): number {
  return base + Math.max(
    loading * weightBytes,
    running * weightBytes + activations * activationBytes,
  );
}

function engineMs({ macs, elements }: GraphWork, { engine }: PlanConstants): number {
  const kinds = Object.keys(engine.macs) as (keyof Macs)[];
  const products = kinds.reduce((sum, kind) => sum + macs[kind] * engine.macs[kind], 0);
  return products / 1e9 + elements * engine.elements / 1e6;
}

/** Millions of pixels. */
export function megapixels({ width, height }: Size): number {
  return width * height / 1e6;
}
