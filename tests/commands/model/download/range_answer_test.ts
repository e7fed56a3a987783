import { assertEquals } from "@std/assert";
import {
  parseContentRange,
  type RangeAnswer,
  readRangeAnswer,
  validatorOf,
} from "../../../../src/commands/model/download/range_answer.ts";

const RANGES: [text: string, range: ReturnType<typeof parseContentRange>][] = [
  ["bytes 0-9/10", { first: 0, last: 9, total: 10 }],
  ["bytes 5-9/*", { first: 5, last: 9 }],
  ["bytes */10", { total: 10 }],
  ["BYTES 5-9/10", { first: 5, last: 9, total: 10 }],
  ["bytes */*", {}],
  ["bytes 5-4/10", undefined],
  ["bytes 5-10/10", undefined],
  ["bytes 5-/10", undefined],
  ["bytes -5-9/10", undefined],
  ["bytes=5-9/10", undefined],
  ["lines 5-9/10", undefined],
  ["", undefined],
];

for (const [text, range] of RANGES) {
  Deno.test(`parseContentRange("${text}") returns ${JSON.stringify(range)}`, () => {
    assertEquals(parseContentRange(text), range);
  });
}

const ANSWERS: [
  status: number,
  headers: Record<string, string>,
  offset: number,
  answer: RangeAnswer,
][] = [
  [200, { "Content-Length": "10" }, 0, { kind: "whole", total: 10 }],
  [200, { "Content-Length": "10" }, 5, { kind: "whole", total: 10 }],
  [200, {}, 0, { kind: "whole", total: undefined }],
  [200, { "Content-Length": "7", "Content-Encoding": "gzip" }, 0, {
    kind: "whole",
    total: undefined,
  }],
  [206, { "Content-Range": "bytes 5-9/10" }, 5, { kind: "rest", total: 10 }],
  [206, { "Content-Range": "bytes 5-9/*" }, 5, { kind: "rest", total: undefined }],
  [206, { "Content-Range": "bytes 4-9/10" }, 5, { kind: "restart" }],
  [206, { "Content-Range": "bytes */10" }, 5, { kind: "restart" }],
  [206, { "Content-Type": "multipart/byteranges; boundary=x" }, 5, { kind: "restart" }],
  [206, { "Content-Range": "bytes 5-9/10", "Content-Encoding": "gzip" }, 5, { kind: "restart" }],
  [206, { "Content-Range": "bytes 0-9/10" }, 0, { kind: "refused", transient: false }],
  [416, { "Content-Range": "bytes */10" }, 10, { kind: "complete", total: 10 }],
  [416, { "Content-Range": "bytes */10" }, 11, { kind: "restart" }],
  [416, {}, 10, { kind: "restart" }],
  [416, { "Content-Range": "bytes */0" }, 0, { kind: "refused", transient: false }],
  [204, {}, 0, { kind: "refused", transient: false }],
  [403, {}, 0, { kind: "refused", transient: false }],
  [404, {}, 5, { kind: "refused", transient: false }],
  [429, {}, 5, { kind: "refused", transient: true }],
  [503, {}, 0, { kind: "refused", transient: true }],
];

for (const [status, headers, offset, answer] of ANSWERS) {
  const given = `${status} ${JSON.stringify(headers)} at ${offset}`;
  Deno.test(`readRangeAnswer() returns ${answer.kind} for ${given}`, () => {
    assertEquals(readRangeAnswer(status, new Headers(headers), offset), answer);
  });
}

const NOON = "Mon, 23 Nov 2026 12:00:00 GMT";
const LATER = "Mon, 23 Nov 2026 12:00:01 GMT";
const VALIDATORS: [headers: Record<string, string>, validator: string | undefined, why: string][] =
  [
    [{ ETag: '"a"', "Last-Modified": NOON, Date: LATER }, '"a"', "a strong ETag"],
    [{ ETag: 'W/"a"', "Last-Modified": NOON, Date: LATER }, NOON, "a date beside a weak ETag"],
    [{ "Last-Modified": NOON, Date: NOON }, undefined, "a change less than a second ago"],
    [{ "Last-Modified": NOON }, undefined, "a date of change alone"],
    [{ "Last-Modified": "long ago", Date: LATER }, undefined, "text that is no date"],
    [{ ETag: 'W/"a"' }, undefined, "a weak ETag"],
    [{}, undefined, "nothing"],
  ];

for (const [headers, validator, why] of VALIDATORS) {
  Deno.test(`validatorOf() returns ${validator} for ${why}`, () => {
    assertEquals(validatorOf(new Headers(headers)), validator);
  });
}
