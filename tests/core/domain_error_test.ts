import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";

Deno.test("DomainError keeps code, message and cause and has its own name", () => {
  const cause = new RangeError("the cause");
  const error = new DomainError("corrupt-image", "Cannot decode", { cause });
  assertInstanceOf(error, Error);
  assertEquals([error.code, error.message, error.name], [
    "corrupt-image",
    "Cannot decode",
    "DomainError",
  ]);
  assertStrictEquals(error.cause, cause);
  assertEquals(String(error), "DomainError: Cannot decode");
});
