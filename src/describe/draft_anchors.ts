import type { HeadsManifest } from "../manifest/manifest.ts";
import {
  type GridAnchors,
  PAPER_ANCHORS,
  ratiosFor,
  scaledTo,
  sizedLevels,
  wishedLevels,
} from "./anchor_levels.ts";
import type { BaseAnchorHints, ConstantAnchors } from "./base_anchors.ts";
import { anchorsFromConstants } from "./constant_anchors.ts";
import { factorShapes } from "./factor_shapes.ts";
import type { JoinedFacts, LevelsFacts } from "./graph_facts.ts";
import { assumed, type Guessed, suggested } from "./guess.ts";
import { type AnchorWishes, choosePyramid, listOf } from "./choose_pyramid.ts";
import { type Pyramid, solvePyramids } from "./solve_pyramid.ts";

/** Property `anchors` of a manifest. */
export type Anchors = HeadsManifest["anchors"];

/**
 * Drafts the property `anchors` of a manifest.
 *
 * The output shapes of the graph determine the strides and the number of anchors per cell. Sizes
 * and ratios come from the caller. If the caller gives no sizes and no ratios, a constant in the
 * graph or the model family determines sizes and ratios.
 *
 * @param family Anchors and box coder of the model family.
 * @param reason Text that explains the properties that are copied from the family.
 * @param wishes Strides, sizes and ratios that the caller gave.
 * @throws {TypeError} If the graph contradicts `wishes`, or if it is unclear which feature pyramid
 *   the graph has.
 */
export function draftAnchors(
  outputs: LevelsFacts | JoinedFacts,
  { anchors: family, boxes: boxCoder }: Pick<HeadsManifest, "anchors" | "boxes">,
  reason: string,
  wishes: AnchorWishes,
): Guessed<{ anchors: Anchors }> {
  if (outputs.kind === "joined" && outputs.decoded) {
    return {
      part: { anchors: { kind: "none" } },
      guesses: { anchors: suggested("rows look like boxes, so that anchors are not needed") },
    };
  }
  if (outputs.kind === "joined" && outputs.anchors !== null) {
    const { anchors: name, form, space } = outputs;
    const part = { anchors: { kind: "output", name, corners: form ?? "xyxy", space } as const };
    const told = form === null ? reason : suggested("by the places and sides of the anchors");
    return { part, guesses: { "anchors.corners": told } };
  }
  const grid = "levels" in family ? family : PAPER_ANCHORS;
  const constant = constantsIn(outputs, wishes, {
    strides: grid.strides,
    isYFirst: "order" in boxCoder && boxCoder.order === "yx",
  });
  if (constant !== null) return constantAnchors(constant, bare(reason));
  const { pyramid, note } = choosePyramid(outputs, wishes);
  const told = `the graph tells strides ${listOf(pyramid.strides)} with ${pyramid.perCell} ` +
    `anchors per cell${note}`;
  const hasWishes = wishes.sizes !== undefined || wishes.ratios !== undefined;
  const known = hasWishes ? null : scaledTo(grid, pyramid);
  if (known !== null) {
    return {
      part: { anchors: known },
      guesses: {
        anchors: assumed(
          `${told}; sizes, ratios, order and centre ${bare(reason)}: shapes cannot tell them`,
        ),
      },
    };
  }
  return ownAnchors(grid, pyramid, wishes, told, bare(reason));
}

/**
 * Finds the anchors in constants of the graph. If the rows of the outputs fit several pyramids, the
 * constants show which pyramid is right.
 *
 * @returns Null if the caller gave sizes or ratios, or if no constants contain the anchors.
 */
function constantsIn(
  outputs: LevelsFacts | JoinedFacts,
  wishes: AnchorWishes,
  hints: BaseAnchorHints,
): ConstantAnchors | null {
  if (wishes.sizes !== undefined || wishes.ratios !== undefined) return null;
  const isOpen = outputs.kind === "joined" && wishes.strides === undefined;
  const pyramids = isOpen
    ? solvePyramids(outputs.counts)
    : [choosePyramid(outputs, wishes).pyramid];
  const size = outputs.kind === "joined" ? outputs.counts[0].size : outputs.size;
  for (const pyramid of pyramids) {
    const found = anchorsFromConstants(outputs.boxConstants, pyramid, size, hints);
    if (found !== null) return found;
  }
  return null;
}

/** Drafts the property `anchors` from constants of the graph. */
function constantAnchors(
  { names: [first, ...others], anchors, isBase }: ConstantAnchors,
  reason: string,
): Guessed<{ anchors: Anchors }> {
  const source = others.length === 0
    ? `the constant "${first}" of the graph`
    : `the constants "${first}" to "${others.at(-1)}" of the graph`;
  const rest = isBase
    ? `; the order of x and y and the distance of cells ${reason}: one cell cannot tell them`
    : "";
  return {
    part: { anchors: factorShapes(anchors, ROUNDED) ?? anchors },
    guesses: { anchors: suggested(`read from ${source}${rest}`) },
  };
}

/** Maximum error of an anchor side that was read from a constant, in input pixels. */
const ROUNDED = 3e-4;

/** Removes the grade at the start of a reason (such as "assumed") and the evidence at its end. */
function bare(reason: string): string {
  return reason.replace(/^\w+: ([^:]*).*$/, "$1");
}

/**
 * Drafts anchors with other sizes or ratios than the model family. Used if the caller gave sizes or
 * ratios, or if graph and family differ in the number of anchors per cell.
 */
function ownAnchors(
  family: GridAnchors,
  { strides, perCell }: Pyramid,
  wishes: AnchorWishes,
  told: string,
  reason: string,
): Guessed<{ anchors: Anchors }> {
  const base = family.kind === "sizes" ? family : { ...PAPER_ANCHORS, ...gridRules(family) };
  const wished = wishes.sizes;
  const ratios = wishes.ratios ?? ratiosFor(base.ratios, perCell, wished?.[0]?.length);
  const count = perCell / ratios.length;
  if (!Number.isInteger(count)) {
    throw new TypeError(
      `Cannot describe the anchors as ${told}, which is no multiple of ${ratios.length} ratios: ` +
        "give --ratios and --sizes with as many pairs",
    );
  }
  const scaled = scaledTo({ ...base, ratios: [...ratios] }, { strides, perCell });
  const levels = wished === undefined
    ? scaled?.kind === "sizes" ? scaled.levels : sizedLevels(base, strides, count)
    : wishedLevels(wished, strides, count, told);
  const guesses = {
    ...(wished === undefined
      ? {
        "anchors.levels": assumed(
          `${count} sizes per level from 4 strides up, as in the paper: --sizes gives yours`,
        ),
      }
      : {}),
    ...(wishes.ratios === undefined
      ? {
        "anchors.ratios": assumed(
          `${listOf(ratios)} for ${perCell} anchors per cell: --ratios gives yours`,
        ),
      }
      : {}),
    anchors: assumed(`${told}; order, rounding and centre ${reason}: shapes cannot tell them`),
  };
  return {
    part: {
      anchors: {
        ...base,
        unit: wished === undefined ? base.unit : "pixels",
        ratios: [...ratios],
        levels,
      },
    },
    guesses,
  };
}

function gridRules({ centre, strides, extent }: GridAnchors) {
  return { centre, strides, extent };
}
