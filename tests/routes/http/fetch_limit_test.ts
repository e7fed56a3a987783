import { assertEquals } from "@std/assert";
import { FetchLimit } from "../../../routes/http/fetch_limit.ts";
import { assertDomainError } from "../../testing.ts";

/** Starts fetches of a client, as many as are allowed. */
function startAll(limit: FetchLimit, client: string): Disposable[] {
  const fetches: Disposable[] = [];
  for (;;) {
    try {
      fetches.push(limit.start(client));
    } catch {
      return fetches;
    }
  }
}

Deno.test("FetchLimit allows 8 fetches of a client and refuses the ninth as busy", () => {
  const limit = new FetchLimit();
  assertEquals(startAll(limit, "a").length, 8);
  assertDomainError(() => limit.start("a"), "busy", "8 for each client");
  limit.start("b");
});

Deno.test("FetchLimit allows 32 fetches of all clients and refuses the next as busy", () => {
  const limit = new FetchLimit();
  for (const client of ["a", "b", "c", "d"]) assertEquals(startAll(limit, client).length, 8);
  assertDomainError(() => limit.start("e"), "busy", "32 for all clients");
});

Deno.test("FetchLimit allows a fetch after the end of another one, whichever client it was of", () => {
  const limit = new FetchLimit();
  const [first] = ["a", "b", "c", "d"].flatMap((client) => startAll(limit, client));
  first![Symbol.dispose]();
  limit.start("e");
  assertDomainError(() => limit.start("e"), "busy", "32 for all clients");
});

Deno.test("FetchLimit counts the end of a fetch once, however often it is disposed", () => {
  const limit = new FetchLimit();
  const [first] = startAll(limit, "a");
  first![Symbol.dispose]();
  first![Symbol.dispose]();
  assertEquals(startAll(limit, "a").length, 1);
});
