import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import type { Size } from "../../src/core/size.ts";
import type { Tensor } from "../../src/ports/session.ts";

/** Position of a number in a head, independent of the layout. */
export interface Place {
  readonly level: number;
  readonly row: number;
  readonly column: number;
  readonly anchor: number;
  /** Index of a class, or of one of the 4 deltas. */
  readonly channel: number;
}

/** Returns the number at a place. */
export type Fill = (place: Place) => number;

/** Returns a fill that draws a number per place and repeats it for the same place. */
export function remember(draw: () => number): Fill {
  const known = new Map<string, number>();
  return (place) => {
    const key = Object.values(place).join();
    if (!known.has(key)) known.set(key, draw());
    return known.get(key)!;
  };
}

/** Columns of the only level of heads without a grid. */
export const LISTED_ROWS = 24;

/** Number with which the other images of a batch are filled; no test may read it. */
const OTHER_IMAGES = 77;

/**
 * Returns the outputs of a graph that matches the manifest.
 *
 * @param input Size of the padded input tensor.
 * @param anchors Anchors that the graph returns, for manifests with anchors of kind `output`.
 */
export function makeOutputs(
  manifest: HeadsManifest,
  input: Size,
  scores: Fill,
  deltas: Fill,
  anchors: Fill = () => 0,
): Record<string, Tensor> {
  const { outputs, input: { batch } } = manifest;
  const heads = [["scores", manifest.labels.length, scores], ["deltas", 4, deltas]] as const;
  const tensors: [name: string, Tensor][] = heads.flatMap(([head, channels, fill]) => {
    const perLevel = levelsOf(manifest, input).map((_, level) =>
      placesOf(manifest, input, level, channels)
    );
    if (outputs.kind === "joined") return [[outputs[head], rowsOf(perLevel.flat(), fill)]];
    return perLevel.map((places, level): [string, Tensor] => [
      outputs[head][level]!,
      inLayout(places, fill, outputs.layout),
    ]);
  });
  if (manifest.anchors.kind === "output") {
    tensors.push([manifest.anchors.name, rowsOf(placesOf(manifest, input, 0, 4), anchors)]);
  }
  return Object.fromEntries(tensors.map(([name, tensor]) => [name, inBatch(tensor, batch ?? 1)]));
}

/** Returns the places of a level: rows, then columns, anchors and channels. */
export function placesOf(
  manifest: HeadsManifest,
  input: Size,
  level: number,
  channels: number,
): Place[] {
  const { width, height, perCell } = levelsOf(manifest, input)[level]!;
  return countTo(height).flatMap((row) =>
    countTo(width).flatMap((column) =>
      countTo(perCell).flatMap((anchor) =>
        countTo(channels).map((channel) => ({ level, row, column, anchor, channel }))
      )
    )
  );
}

/** Returns grid and anchors per cell of each level; rows without a grid are one level. */
function levelsOf({ anchors }: HeadsManifest, input: Size) {
  if (!("levels" in anchors)) return [{ width: LISTED_ROWS, height: 1, perCell: 1 }];
  return anchors.levels.map((level) => ({
    width: Math.ceil(input.width / level.stride),
    height: Math.ceil(input.height / level.stride),
    perCell: anchors.kind === "sizes" && "sizes" in level
      ? anchors.ratios.length * level.sizes.length
      : "shapes" in level
      ? level.shapes.length
      : 0,
  }));
}

function countTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Returns H, W, C and A·C of the places of a level. */
function sidesOf(places: readonly Place[]) {
  const last = places.at(-1)!;
  const [height, width, channels] = [last.row + 1, last.column + 1, last.channel + 1];
  return { height, width, channels, depth: (last.anchor + 1) * channels };
}

/** Returns (1, R, C). */
function rowsOf(places: readonly Place[], fill: Fill): Tensor {
  const { channels } = sidesOf(places);
  return { data: Float32Array.from(places, fill), shape: [1, places.length / channels, channels] };
}

/** Returns a head whose dimensions have the order `layout`, for example (1, A·C, H, W). */
function inLayout(places: readonly Place[], fill: Fill, layout: string): Tensor {
  const { height, width, channels, depth } = sidesOf(places);
  const anchors = depth / channels;
  const isJoined = !layout.includes("a");
  const axes = [...layout.slice(1)].map((letter) => {
    const axis: Readonly<Record<string, [length: number, index: (place: Place) => number]>> = {
      a: [anchors, ({ anchor }) => anchor],
      c: isJoined
        ? [depth, ({ anchor, channel }) => anchor * channels + channel]
        : [channels, ({ channel }) => channel],
      h: [height, ({ row }) => row],
      w: [width, ({ column }) => column],
    };
    return axis[letter]!;
  });
  const data = new Float32Array(places.length);
  for (const place of places) {
    const at = axes.reduce((before, [length, index]) => before * length + index(place), 0);
    data[at] = fill(place);
  }
  return { data, shape: [1, ...axes.map(([length]) => length)] };
}

/** Returns (N, …) whose first image is the tensor. */
function inBatch({ data, shape: [, ...sides] }: Tensor, batch: number): Tensor {
  const all = new Float32Array(data.length * batch).fill(OTHER_IMAGES);
  all.set(data);
  return { data: all, shape: [batch, ...sides] };
}
