import { graphBytes } from "../manifest/graph_files.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Views } from "../core/plan_views.ts";
import { createResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import { jpegReduction, reducedSize } from "../image/jpeg_reduction.ts";
import { inputShape } from "../image/input_tensor.ts";
import type { MeasuredRuntime, PlanConstants } from "./constants.ts";
import { type GraphWork, graphWork, type Macs } from "./graph_work.ts";
import type { GraphProto } from "./onnx_pb.ts";
import type { TensorShape } from "./tensor_shapes.ts";

/**
 * Sizes of a model and an image, and the number of operations that the model needs for the image.
 * All values are the same on every platform.
 */
export interface Needs {
  /** Length of each dimension of the input tensor. */
  readonly input: readonly number[];
  /**
   * Number of operations, and bytes of memory, of the graph for an input tensor of the sizes in
   * `input`.
   */
  readonly work: GraphWork;
  /** Number of runs of the graph for one image: one, or the tiles and the whole image. */
  readonly runs: number;
  /** Bytes of the graph file and its data files. */
  readonly graphBytes: number;
  /** Width and height of the image. */
  readonly image: Size;
  /** Estimated bytes of the image file. */
  readonly fileBytes: number;
  /** Width and height of the decoded image. A baseline JPEG can be decoded at a reduced size. */
  readonly decoded: Size;
  /** Peak bytes of memory while the image is decoded. */
  readonly decodedBytes: number;
}

/** Expected memory and CPU time on a platform. The WebAssembly engine uses one CPU thread. */
export interface Expectation {
  /** Peak bytes of WebAssembly memories and buffers. */
  readonly heapBytes: number;
  /**
   * Rough estimate of the peak bytes of the whole process. The memory for compiled code depends on
   * the graph, but is assumed to be constant.
   */
  readonly processBytes: number;
  /** CPU milliseconds from the start of the program to its first response. */
  readonly coldMs: number;
  /** CPU milliseconds of each image after the first image. */
  readonly imageMs: number;
}

/**
 * Estimated number of bytes per pixel of an image file. JPEG files of a camera have about two bits
 * per pixel.
 */
const FILE_BYTES_PER_PIXEL = 0.25;

/**
 * Number of copies of the image file in memory at the same time: the file itself, and a copy inside
 * the decoder. In Cloudflare Workers, the chunks of the request body are a third copy.
 */
const FILE_COPIES: Readonly<Record<MeasuredRuntime, number>> = { deno: 2, workerd: 3 };

/**
 * Maximum bytes of WebAssembly memory that the JPEG decoder takes besides the file and the pixels.
 * Equals `BASE_MEMORY` in `src/codecs/jpeg.ts`.
 */
const DECODER_BYTES = 262_144;

/** Returns the length of each dimension of the input tensor for an image of the size `image`. */
export function inputSides({ input, resize, pad }: Manifest, image: Size): number[] {
  const { height, width } = createResizePlan(image, resize, pad).input;
  return inputShape(input, height, width);
}

/**
 * Returns the bytes of a model, the size and the bytes of an image, and the number of operations
 * that the model performs for the image.
 *
 * @param shapes Shapes of the graph's tensors, if the input tensor has the size that `inputSides()`
 *   returns.
 * @param image Size of the image.
 * @param views Tiles of the image. Unset: the model sees the image as a whole.
 */
export function needsOf(
  manifest: Manifest,
  graph: GraphProto,
  shapes: ReadonlyMap<string, TensorShape>,
  image: Size,
  views: Pick<Views, "tile" | "windows"> = { tile: image, windows: [] },
): Needs {
  const { tile, windows } = views;
  const { resized, window } = createResizePlan(tile, manifest.resize, manifest.pad);
  const atLeast = manifest.resample.antialias && window === undefined
    ? {
      width: Math.ceil(image.width * resized.width / tile.width),
      height: Math.ceil(image.height * resized.height / tile.height),
    }
    : image;
  const header = {
    ...{ ...image, format: "jpeg", orientation: 1, bitDepth: 8 } as const,
    ...{ channels: 3, hasAlpha: false } as const,
  };
  return {
    input: inputSides(manifest, tile),
    runs: Math.max(1, windows.length),
    work: graphWork(graph, shapes),
    graphBytes: graphBytes(manifest.graph),
    image,
    fileBytes: FILE_BYTES_PER_PIXEL * image.width * image.height,
    decoded: reducedSize(image, jpegReduction(image, atLeast)),
    decodedBytes: decodedBytes(header, atLeast),
  };
}

/** Predicts the memory and the CPU time of a model on a runtime, from measured constants. */
export function predict(
  needs: Needs,
  runtime: MeasuredRuntime,
  constants: PlanConstants,
): Expectation {
  const { work, graphBytes } = needs;
  const times = constants.runtimes[runtime];
  const heapBytes = heapOf(needs, runtime, constants);
  const imageMs = times.image + times.megapixel * megapixels(needs.image) +
    times.decodedMegapixel * megapixels(needs.decoded) + needs.runs * engineMs(work, constants);
  const coldMs = times.start + times.graphMegabyte * graphBytes / 1e6 + times.node * work.nodes +
    times.first * imageMs;
  return { heapBytes, processBytes: heapBytes + times.processBytes, coldMs, imageMs };
}

/**
 * Returns the expected peak bytes of WebAssembly memories and buffers.
 *
 * The memory of the engine never shrinks, so it always counts. The graph file and the image are
 * never in memory together, so only the larger of the two counts.
 */
function heapOf(
  { work, graphBytes, fileBytes, decodedBytes, input }: Needs,
  runtime: MeasuredRuntime,
  constants: PlanConstants,
): number {
  const tensor = 4 * input.reduce((product, side) => product * side, 1);
  const imageBytes = FILE_COPIES[runtime] * fileBytes + DECODER_BYTES + decodedBytes + tensor;
  return engineBytes(work, constants) + Math.max(graphBytes, imageBytes);
}

/** Predicts the bytes of the engine's WebAssembly memory after the graph has run. */
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

/** Returns the number of pixels of an image, in millions. */
export function megapixels({ width, height }: Size): number {
  return width * height / 1e6;
}
