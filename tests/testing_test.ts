import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DomainError } from "../src/core/domain_error.ts";
import { assertDomainError, assertRejectsDomainError, missingShared } from "./testing.ts";

const busy = new DomainError("busy", "Cannot queue image");

function throwBusy(): never {
  throw busy;
}

Deno.test("assertDomainError() returns the error that it expected", () => {
  assertEquals(assertDomainError(throwBusy, "busy", "Cannot", "image"), busy);
});

for (
  const [claim, call] of [
    ["no error", () => assertDomainError(() => {}, "busy")],
    ["another code", () => assertDomainError(throwBusy, "no-image")],
    ["another message", () => assertDomainError(throwBusy, "busy", "queue is full")],
    ["another class", () =>
      assertDomainError(() => {
        throw new RangeError("Cannot queue image");
      }, "busy")],
  ] as const
) {
  Deno.test(`assertDomainError() fails on ${claim}`, () => void assertThrows(call));
}

Deno.test("assertRejectsDomainError() takes a promise or a function", async () => {
  assertEquals(await assertRejectsDomainError(Promise.reject(busy), "busy", "image"), busy);
  assertEquals(await assertRejectsDomainError(() => Promise.reject(busy), "busy"), busy);
});

Deno.test("assertRejectsDomainError() fails on a promise that resolves and on another code", async () => {
  await assertRejects(() => assertRejectsDomainError(Promise.resolve(), "busy"));
  await assertRejects(() => assertRejectsDomainError(Promise.reject(busy), "no-image"));
});

Deno.test("missingShared() names a folder that is not there", () => {
  assertEquals(missingShared("nowhere/"), "../shared/nowhere/ is not here");
});
