import process from "node:process";
import { assertEquals, AssertionError, assertRejects, assertThrows } from "@std/assert";
import { DomainError } from "../src/core/domain_error.ts";
import {
  assertCpuTime,
  assertDomainError,
  assertEnds,
  assertProblem,
  assertRejectsDomainError,
  missingShared,
} from "./testing.ts";

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

const problem = () => Response.json({ code: "busy", detail: "Cannot queue" }, { status: 503 });

Deno.test("assertProblem() returns the message that it expected, of either form", async () => {
  assertEquals(await assertProblem(problem(), 503, "busy", "Cannot", "queue"), "Cannot queue");
  const other = Response.json({ code: "busy", error: "Cannot infer" }, { status: 503 });
  assertEquals(await assertProblem(Promise.resolve(other), 503, "busy", "infer"), "Cannot infer");
});

Deno.test("assertProblem() fails on another status, another code and another message", async () => {
  await assertRejects(() => assertProblem(problem(), 500, "busy"));
  await assertRejects(() => assertProblem(problem(), 503, "no-image"));
  await assertRejects(() => assertProblem(problem(), 503, "busy", "is full"));
  await assertRejects(() => assertProblem(Response.json({ model: "a" }), 200, "busy"));
});

Deno.test("assertCpuTime() returns the result of quick work, and fails on work that computes", async () => {
  const wait = () => new Promise<string>((resolve) => setTimeout(() => resolve("done"), 120));
  assertEquals(await assertCpuTime(100, wait), "done");
  const compute = () => {
    for (const before = process.threadCpuUsage(); process.threadCpuUsage(before).user < 100_000;);
  };
  await assertRejects(() => assertCpuTime(50, compute), AssertionError, "CPU time");
});

Deno.test("assertEnds() returns the result of work that ends, and fails on work that does not", async () => {
  assertEquals(await assertEnds(1000, Promise.resolve(7)), 7);
  await assertRejects(() => assertEnds(10, new Promise(() => {})), AssertionError, "10 ms");
});

Deno.test("missingShared() names a folder that is not there", () => {
  assertEquals(missingShared("nowhere/"), "../shared/nowhere/ is not here");
});
