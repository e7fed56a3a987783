import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import type { Size } from "../../src/core/size.ts";
import type { Tensor } from "../../src/ports/session.ts";

/** Where a number of a head belongs, whatever the layout. */
export interface Place {
  readonly level: number;
  readonly row: number;
  readonly column: number;
  readonly anchor: number;
  /** Class, or delta. */
  readonly channel: number;
}

/** The number that belongs in a place. */
export type Fill = (place: Place) => number;

/** Gives the same number for the same place, whatever the order in which it is asked. */
export function remember(draw: () => number): Fill {
  const known = new Map<string, number>();
  return (place) => {
    const key = Object.values(place).join();
    if (!known.has(key)) known.set(key, draw());
    return known.get(key)!;
  };
}

/** Rows of heads that have no grid: one level of so many columns. */
export const LISTED_ROWS = 24;

/** What the images of a batch hold that nobody asked for. */
const OTHER_IMAGES = 77;

/**
 * What a graph that fits the manifest would put out for an input of this size.
 *
 * @param anchors The graph's own anchors, where it has any.
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
      outputs[head][level],
      outputs.layout === "nhwc" ? channelsLast(places, fill) : channelsFirst(places, fill),
    ]);
  });
  if (manifest.anchors.kind === "output") {
    tensors.push([manifest.anchors.name, rowsOf(placesOf(manifest, input, 0, 4), anchors)]);
  }
  return Object.fromEntries(tensors.map(([name, tensor]) => [name, inBatch(tensor, batch ?? 1)]));
}

/** The places of a level: rows, then columns, anchors and channels. */
export function placesOf(
  manifest: HeadsManifest,
  input: Size,
  level: number,
  channels: number,
): Place[] {
  const { width, height, perCell } = levelsOf(manifest, input)[level];
  return countTo(height).flatMap((row) =>
    countTo(width).flatMap((column) =>
      countTo(perCell).flatMap((anchor) =>
        countTo(channels).map((channel) => ({ level, row, column, anchor, channel }))
      )
    )
  );
}

/** Grid and anchors per cell of each level; rows without a grid are one level. */
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

/** H, W and A·C of a list of places, which ends with the last of each. */
function sidesOf(places: readonly Place[]) {
  const last = places[places.length - 1];
  const [height, width, channels] = [last.row + 1, last.column + 1, last.channel + 1];
  return { height, width, channels, depth: (last.anchor + 1) * channels };
}

/** (1, R, C) */
function rowsOf(places: readonly Place[], fill: Fill): Tensor {
  const { channels } = sidesOf(places);
  return { data: Float32Array.from(places, fill), shape: [1, places.length / channels, channels] };
}

/** (1, H, W, A·C) */
function channelsLast(places: readonly Place[], fill: Fill): Tensor {
  const { height, width, depth } = sidesOf(places);
  return { data: Float32Array.from(places, fill), shape: [1, height, width, depth] };
}

/** (1, A·C, H, W) */
function channelsFirst(places: readonly Place[], fill: Fill): Tensor {
  const { height, width, channels, depth } = sidesOf(places);
  const data = new Float32Array(places.length);
  for (const place of places) {
    const plane = place.anchor * channels + place.channel;
    data[(plane * height + place.row) * width + place.column] = fill(place);
  }
  return { data, shape: [1, depth, height, width] };
}

/** The first image of N. */
function inBatch({ data, shape: [, ...sides] }: Tensor, batch: number): Tensor {
  const all = new Float32Array(data.length * batch).fill(OTHER_IMAGES);
  all.set(data);
  return { data: all, shape: [batch, ...sides] };
}
