import type { Manifest } from "../../models/manifest.ts";
import { levelGrid } from "../../src/core/anchors.ts";
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

/** What a graph that fits the manifest would put out for an input of this size. */
export function makeOutputs(
  manifest: Manifest,
  input: Size,
  scores: Fill,
  deltas: Fill,
): Record<string, Tensor> {
  const heads = [["scores", manifest.labels.length, scores], ["deltas", 4, deltas]] as const;
  return Object.fromEntries(heads.flatMap(([head, channels, fill]) => {
    const perLevel = manifest.anchors.levels.map((_, level) =>
      placesOf(manifest, input, level, channels)
    );
    const { outputs } = manifest;
    if (outputs.kind === "joined") {
      const data = Float32Array.from(perLevel.flat(), fill);
      return [[outputs[head], { data, shape: [1, data.length / channels, channels] }]];
    }
    return perLevel.map((places, level) => [
      outputs[head][level],
      outputs.layout === "nhwc" ? channelsLast(places, fill) : channelsFirst(places, fill),
    ]);
  }));
}

/** The places of a level: rows, then columns, anchors and channels. */
export function placesOf(
  { anchors }: Manifest,
  input: Size,
  level: number,
  channels: number,
): Place[] {
  const { width, height } = levelGrid(anchors.levels[level], input);
  const perCell = anchors.ratios.length * anchors.levels[level].sizes.length;
  return countTo(height).flatMap((row) =>
    countTo(width).flatMap((column) =>
      countTo(perCell).flatMap((anchor) =>
        countTo(channels).map((channel) => ({ level, row, column, anchor, channel }))
      )
    )
  );
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
