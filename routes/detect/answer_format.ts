import type { Context } from "hono";
import { parseAccept } from "hono/utils/accept";
import { DomainError } from "../../src/core/domain_error.ts";

/** Formats of the response: JSON, or the image with the detections drawn over it. */
export const ANSWER_FORMATS = ["json", "jpeg", "png", "svg"] as const;

/** Format of the response. */
export type AnswerFormat = typeof ANSWER_FORMATS[number];

/** Media type of each format. */
export const MEDIA_TYPES: Readonly<Record<AnswerFormat, string>> = {
  json: "application/json",
  jpeg: "image/jpeg",
  png: "image/png",
  svg: "image/svg+xml",
};

/** Form of the response to a request. */
export interface AnswerForm {
  /** Format of the response. Unset: the header `Accept` decides. */
  readonly format?: AnswerFormat | undefined;
  /**
   * True if the background of a drawing is transparent, false if the background is the image.
   *
   * @default false
   */
  readonly overlay?: boolean | undefined;
  /** Maximum pixels of the longer side of a PNG or JPEG. Unset: the limit of the server. */
  readonly side?: number | undefined;
}

/**
 * Returns the format of the response: the option `format`, or the format that the header `Accept`
 * prefers. If the header accepts no format of the server, the response is JSON.
 *
 * @throws {DomainError} `invalid-option` if an option does not fit the format.
 */
export function answerFormat(context: Context, form: AnswerForm): AnswerFormat {
  const format = form.format ?? accepted(context.req.header("accept"));
  if (form.overlay && (format === "json" || format === "jpeg")) {
    throw unfit("overlay", "png or svg, which have transparent pixels", format);
  }
  if (form.side !== undefined && (format === "json" || format === "svg")) {
    throw unfit("side", "png or jpeg, which have pixels", format);
  }
  return format;
}

function unfit(option: string, formats: string, found: AnswerFormat): DomainError {
  return new DomainError(
    "invalid-option",
    `Cannot draw with "${option}" as it needs the format ${formats}: current value is ${found}`,
  );
}

/** Returns the format that a header `Accept` prefers (RFC 9110, section 12.5.1). */
function accepted(header: string | undefined): AnswerFormat {
  if (header === undefined) return "json";
  const ranges = parseAccept(header);
  const offers = ANSWER_FORMATS.flatMap((format) => {
    const type = MEDIA_TYPES[format];
    const patterns = [type, type.replace(/\/.*/, "/*"), "*/*"];
    // A specific media range, such as image/png, overrides a general one, such as image/*.
    const pattern = patterns.find((each) => ranges.some((range) => isRange(range.type, each)));
    const at = ranges.findIndex((range) => isRange(range.type, pattern ?? ""));
    const quality = ranges[at]?.q ?? 0;
    return quality > 0 ? [{ format, quality, at }] : [];
  });
  offers.sort((a, b) => b.quality - a.quality || a.at - b.at);
  return offers[0]?.format ?? "json";
}

function isRange(type: string, pattern: string): boolean {
  return type.trim().toLowerCase() === pattern;
}
