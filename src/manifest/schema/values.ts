import { z } from "zod";
import { THRESHOLD_RANGE } from "../../core/threshold_range.ts";

/** Whole number above 0. */
export const positiveInteger = z.int().positive();

/** Number above 0. */
export const positive = z.number().positive();

/** Number from 0 to 1. */
export const fraction = z.number().min(THRESHOLD_RANGE.min).max(THRESHOLD_RANGE.max);

/** Text with at least one character. */
export const name = z.string().min(1);

/** Three numbers, one for each colour channel. */
export const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * Width or height of an input tensor, in pixels. Tensors with longer sides do not fit the memory of
 * any engine.
 */
export const side = positiveInteger.max(16_384);

/** Properties for the width and height of an input tensor. */
export const size = { width: side, height: side };

/**
 * Number of boxes. The maximum of 100,000 limits the time and memory of NMS (non-maximum
 * suppression), which compares boxes with each other.
 */
export const count = positiveInteger.max(100_000);

/** Meaning of the four numbers of a box. */
export const boxForm = z.enum(["xyxy", "yxyx", "cxcywh", "xywh"]);

/** Unit of coordinates: pixels of the input tensor, or fractions of its sides. */
export const space = z.enum(["input", "unit"]);

/** Meaning of x2 and y2 of a box. */
export const extent = z.enum(["edges", "last-pixel"]);

/** Scale of both sides: one scale for each side, or one scale for both sides. */
export const factor = z.enum(["per-side", "one"]);
