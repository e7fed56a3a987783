import process from "node:process";
import {
  assert,
  assertEquals,
  AssertionError,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DomainError, type ErrorCode } from "../src/core/domain_error.ts";

/**
 * Asserts that `call` throws a {@linkcode DomainError}.
 *
 * @param words Parts of the expected message.
 * @returns The error.
 */
export function assertDomainError(
  call: () => unknown,
  code: ErrorCode,
  ...words: readonly string[]
): DomainError {
  return checked(assertThrows(call, DomainError), code, words);
}

/**
 * Asserts that `work` rejects with a {@linkcode DomainError}.
 *
 * @param words Parts of the expected message.
 * @returns The error.
 */
export async function assertRejectsDomainError(
  work: PromiseLike<unknown> | (() => PromiseLike<unknown>),
  code: ErrorCode,
  ...words: readonly string[]
): Promise<DomainError> {
  const call = typeof work === "function" ? work : () => work;
  return checked(await assertRejects(call, DomainError), code, words);
}

function checked(error: DomainError, code: ErrorCode, words: readonly string[]): DomainError {
  assertEquals(error.code, code, error.message);
  for (const word of words) assertStringIncludes(error.message, word);
  return error;
}

/**
 * Asserts that a response is a problem.
 *
 * @param words Parts of the expected message: `detail`, or `error` below `/v2`.
 * @returns The message.
 */
export async function assertProblem(
  response: Response | PromiseLike<Response>,
  status: number,
  code: string,
  ...words: readonly string[]
): Promise<string> {
  const answer = await response;
  const { code: found, detail, error } = await answer.json();
  const message = detail ?? error ?? "";
  assertEquals([answer.status, found], [status, code], message);
  for (const word of words) assertStringIncludes(message, word);
  return message;
}

/**
 * Asserts that `work` takes little CPU time, which other programs on the machine do not change.
 *
 * @param maxMs Milliseconds of CPU time, for a bound that only a wrong algorithm exceeds.
 * @returns Result of `work`.
 */
export async function assertCpuTime<T>(maxMs: number, work: () => T | PromiseLike<T>): Promise<T> {
  // Of this thread alone: `deno test --parallel` runs other tests on threads of the same process.
  const before = process.threadCpuUsage();
  const result = await work();
  const { user, system } = process.threadCpuUsage(before);
  const ms = (user + system) / 1000;
  assert(ms <= maxMs, `the work took ${ms} ms of CPU time, more than ${maxMs}`);
  return result;
}

/**
 * Asserts that `work` ends in time.
 *
 * @param maxMs Milliseconds until the assertion fails.
 * @returns Result of `work`.
 */
export async function assertEnds<T>(maxMs: number, work: PromiseLike<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new AssertionError(`the work has not ended after ${maxMs} ms`)),
    maxMs,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Registers a test that needs something this machine may lack.
 *
 * `.ci/run` counts the tests that were ignored and prints their names.
 *
 * @param missing Reason to ignore the test, which its name then ends with. Undefined: the test runs.
 * @param permissions Permissions of the test. Unset: those of the test runner.
 */
export function testUnless(
  missing: string | undefined,
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
  permissions: Deno.PermissionOptions = "inherit",
): void {
  const ignore = missing !== undefined;
  Deno.test({ name: ignore ? `${name} (skipped: ${missing})` : name, ignore, permissions, fn });
}

/** Folder beside the checkout with data that the repository does not carry: photos, models. */
export const SHARED = new URL("../../shared/", import.meta.url);

/** Returns the reason to ignore a test that needs `path` of {@linkcode SHARED}, if it is missing. */
export function missingShared(path: string): string | undefined {
  return exists(new URL(path, SHARED)) ? undefined : `../shared/${path} is not here`;
}

/** True if there is a file or a folder at `url`. */
export function exists(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
