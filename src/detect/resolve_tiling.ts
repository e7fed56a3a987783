import type { OptionRule } from "../core/check_options.ts";
import { DomainError } from "../core/domain_error.ts";
import {
  DEFAULT_TILING,
  OVERLAP_RANGE,
  parseTiles,
  TILES_FORM,
  type Tiling,
} from "../core/tile_options.ts";
import type { DetectOptions } from "../ports/detector.ts";

/** Rule of the option `tiles`. */
export const TILES_RULE: OptionRule = {
  must: TILES_FORM,
  accepts: (value) => parseTiles(value) !== null,
};

/**
 * Returns the tiling of a call, or null if the caller wants no tiles.
 *
 * @throws {DomainError} `invalid-option`, if the overlap is out of range, or if an option needs
 *   tiles and there are none.
 */
export function resolveTiling(options: DetectOptions): Tiling | null {
  const { tiles, overlap, merge, whole, keep } = options;
  const grid = parseTiles(tiles);
  const given = { overlap, merge, whole };
  if (grid === null) {
    for (const [name, value] of Object.entries(given)) {
      if (value !== undefined) throw needsTiles(name);
    }
    return null;
  }
  if (keep) {
    throw new DomainError(
      "invalid-option",
      'Cannot detect with "keep" and "tiles" as candidates are kept for a single run of the ' +
        "model: leave one of them out",
    );
  }
  const { min, max } = OVERLAP_RANGE;
  if (overlap !== undefined && !(overlap >= min && overlap <= max)) {
    throw new DomainError(
      "invalid-option",
      `Cannot detect as "overlap" must lie in ${min} to ${max}: current value is ${overlap}`,
    );
  }
  return {
    grid,
    overlap: overlap ?? DEFAULT_TILING.overlap,
    merge: merge ?? DEFAULT_TILING.merge,
    whole: whole ?? DEFAULT_TILING.whole,
  };
}

function needsTiles(option: string): DomainError {
  return new DomainError(
    "invalid-option",
    `Cannot detect with "${option}" as it is about tiles and "tiles" is unset: ` +
      'set "tiles" to "auto", or leave it out',
  );
}
