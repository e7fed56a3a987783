import { assertEquals } from "@std/assert";
import { type JsonPath, JsonSplitter } from "../../../routes/http/json_splitter.ts";
import { DomainError } from "../../../src/core/domain_error.ts";
import { seededRandom } from "../../random.ts";

const isImage = (path: JsonPath) => path.length === 1 && path[0] === "image";

/** Splits a body in pieces of random lengths, and parses the rest. Undefined: it is not JSON. */
function split(body: Uint8Array, random: () => number, wants = isImage) {
  let text: Uint8Array[] | undefined;
  const splitter = new JsonSplitter(wants, {
    start: () => text = [],
    write: (piece) => void text!.push(piece.slice()),
  });
  try {
    for (let at = 0; at < body.length;) {
      const end = at + 1 + Math.floor(random() * (random() < 0.5 ? 3 : 40));
      splitter.write(body.slice(at, end));
      at = end;
    }
    const rest = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(splitter.end()));
    const whole = Uint8Array.from(text?.flatMap((piece) => [...piece]) ?? []);
    return { rest, text: text && new TextDecoder().decode(whole) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    if (error instanceof DomainError && error.code === "malformed-request") return undefined;
    throw error;
  }
}

/** Parses a body as a whole. */
function whole(body: Uint8Array) {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch {
    return undefined;
  }
}

/** Asserts that the split body means the same as the whole one. */
function assertSame(body: Uint8Array, random: () => number) {
  const expected = whole(body);
  const found = split(body, random);
  const shown = new TextDecoder().decode(body);
  assertEquals(found === undefined, expected === undefined, shown);
  if (expected === undefined || found === undefined) return;
  const { value } = expected;
  const { rest, text } = found;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (isObject && typeof value.image === "string") {
    // A lone surrogate has no UTF-8.
    assertEquals(text, value.image.toWellFormed(), shown);
    assertEquals(rest, { ...value, image: "" }, shown);
  } else assertEquals(rest, value, shown);
}

const PIECES = [
  ...['"image"', '"\\u0069mage"', '"imag\\u0065"', '"url"', '"image"', ":", ":", ",", "{", "}"],
  ...["[", "]", '"QUJD"', '"a\\/b\\n"', '"\\ud83d\\ude00"', '"\\ud83d x"', '"\\ude00"', '"é😀"'],
  ...['""', '"', "\\", "1", "-0.5e3", "true", "null", " ", "\n", "\u0000", "\ufeff", '{"image":"'],
  ...['"}', '"x\ty"', '"\\x"', '"\\u12"', '"\\u12g4"', "{}", "[]", '{"image":"AA==","score":0.5}'],
];

Deno.test("JsonSplitter means the same as JSON.parse() on 30,000 random bodies", () => {
  const random = seededRandom(13);
  const any = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  for (let i = 0; i < 15_000; i++) {
    const pieces = Array.from({ length: 1 + Math.floor(random() * 9) }, () => any(PIECES));
    assertSame(new TextEncoder().encode(pieces.join("")), random);
  }
  const value = (depth: number): string => {
    const kind = random();
    if (depth > 3 || kind < 0.5) {
      return any(['"QUJD"', '"a\\u0041\\ud83d\\ude00é"', "7", "null", '""']);
    }
    const items = Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    if (kind < 0.7) return `[${items.join(any([",", " , "]))}]`;
    const keys = ['"image"', '"\\u0069mage"', '"a"', '"im\\"age"'];
    return `{${items.map((item) => `${any(keys)} :${item}`).join(",")}}`;
  };
  for (let i = 0; i < 15_000; i++) {
    const bytes = new TextEncoder().encode(
      `{"image":${value(1)},"b":${value(0)},"image":${value(2)}}`,
    );
    if (random() < 0.5) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    assertSame(bytes, random);
  }
});

Deno.test("JsonSplitter finds texts by their path, and no deeper ones", () => {
  const body = '{"inputs":[{"data":["QUJD"],"name":"image"}],"data":["no"],"image":"no"}';
  const wants = ([a, b, c, d]: JsonPath) =>
    a === "inputs" && b === null && c === "data" && d === null;
  const found = split(
    new TextEncoder().encode(body),
    () => 0.9,
    (path) => path.length === 4 && wants(path),
  );
  assertEquals(found?.text, "QUJD");
  assertEquals(found?.rest.inputs, [{ data: [""], name: "image" }]);
  assertEquals([found?.rest.data, found?.rest.image], [["no"], "no"]);
});

Deno.test("JsonSplitter handles deep nesting in linear time", () => {
  const body = new TextEncoder().encode(`${"[".repeat(3000)}"a"${"]".repeat(3000)}`);
  assertEquals(split(body, () => 0.9)?.text, undefined);
});
