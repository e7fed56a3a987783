import type { Manifest } from "../manifest/manifest.ts";
import { createResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import { jpegReduction, reducedSize } from "../image/jpeg_reduction.ts";
import { inputShape } from "../image/input_tensor.ts";
import type { MeasuredRuntime, PlanConstants } from "./constants.ts";
import { type GraphWork, graphWork, type Macs } from "./graph_work.ts";
import type { GraphProto } from "./onnx_pb.ts";
import type { TensorShape } from "./tensor_shapes.ts";

/** Needs of a model for an image, on any platform. */
export interface Needs {
  /** Sizes of the axes of the input tensor. */
  readonly input: readonly number[];
  /** Work of the graph for that input. */
  readonly work: GraphWork;
  /** Bytes of the graph's file. */
  readonly graphBytes: number;
  /** Size of the image. */
  readonly image: Size;
  /** Bytes of the image's file. */
  readonly fileBytes: number;
  /** Size of the decoded image, if it is a baseline JPEG. */
  readonly decoded: Size;
  /** Peak bytes while the image is decoded. */
  readonly decodedBytes: number;
}

/** Expected memory and CPU time, with one thread of wasm. */
export interface Expectation {
  /** Peak bytes of wasm memories and buffers. */
  readonly heapBytes: number;
  /** Rough peak bytes of the whole process. The engine's compiler varies with the graph. */
  readonly processBytes: number;
  /** CPU time from the start to the first answer, in milliseconds. */
  readonly coldMs: number;
  /** CPU time of one more image, in milliseconds. */
  readonly imageMs: number;
}

/** JPEGs of a camera have about two bits per pixel. */
const FILE_BYTES_PER_PIXEL = 0.25;

/**
 * Copies of the image's file in memory: the whole and the decoder's, and on workerd the chunks of
 * the body as well.
 */
const FILE_COPIES: Readonly<Record<MeasuredRuntime, number>> = { deno: 2, workerd: 3 };

/** Bytes of a decoder before it has read a file. */
const DECODER_BYTES = 1_200_000;

/** Returns the sizes of the axes of the input tensor for an image. */
export function inputSides({ input, resize, pad }: Manifest, image: Size): number[] {
  const { height, width } = createResizePlan(image, resize, pad).input;
  return inputShape(input, height, width);
}

/**
 * Computes the needs of a model for an image.
 *
 * @param shapes Shapes of the graph's tensors for {@linkcode inputSides}.
 */
export function needsOf(
  manifest: Manifest,
  graph: GraphProto,
  shapes: ReadonlyMap<string, TensorShape>,
  image: Size,
): Needs {
  const { resized } = createResizePlan(image, manifest.resize, manifest.pad);
  const atLeast = manifest.resample.antialias ? resized : image;
  const header = {
    ...{ ...image, format: "jpeg", orientation: 1, bitDepth: 8 } as const,
    ...{ channels: 3, hasAlpha: false } as const,
  };
  return {
    input: inputSides(manifest, image),
    work: graphWork(graph, shapes),
    graphBytes: manifest.graph.bytes,
    image,
    fileBytes: FILE_BYTES_PER_PIXEL * image.width * image.height,
    decoded: reducedSize(image, jpegReduction(image, atLeast)),
    decodedBytes: decodedBytes(header, atLeast),
  };
}

/** Predicts memory and CPU time from the measured constants. */
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

/** The engine's memory never shrinks. While the graph loads, its file is in memory as well. */
function heapOf(
  { work, graphBytes, fileBytes, decodedBytes, input }: Needs,
  runtime: MeasuredRuntime,
  constants: PlanConstants,
): number {
  const tensor = 4 * input.reduce((product, side) => product * side, 1);
  const imageBytes = FILE_COPIES[runtime] * fileBytes + DECODER_BYTES + decodedBytes + tensor;
  return engineBytes(work, constants) + Math.max(graphBytes, imageBytes);
}

/** Predicts the final size of the engine's wasm memory, in bytes. */
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

/** Returns the pixels of an image in millions. */
export function megapixels({ width, height }: Size): number {
  return width * height / 1e6;
}
