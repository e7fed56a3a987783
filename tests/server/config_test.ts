import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readConfig } from "../../src/server/config.ts";

Deno.test("readConfig() has the documented defaults", () => {
  assertEquals(readConfig({}), {
    HOST: "127.0.0.1",
    PORT: 8000,
    MODELS: ["everyday8"],
    MODEL_MEMORY: 2_000_000_000,
    PAGE: "on",
    ENGINE: "auto",
    CODEC: "auto",
    VARIANTS: "auto",
    DECODE_TIMEOUT_MS: 10_000,
    RUN_TIMEOUT_MS: 60_000,
    LOAD_TIMEOUT_MS: 120_000,
    MAX_BYTES: 20_000_000,
    MAX_PIXELS: 64_000_000,
    MAX_TILES: 16,
    MAX_WAIT_MS: 5000,
    MAX_DECODED_BYTES: 400_000_000,
    MAX_DRAWING_SIDE: 6000,
    MAX_BATCH: 100,
    KEEP_MEMORY: 8_000_000,
    KEEP_MS: 300_000,
    BODY_TIMEOUT_MS: 30_000,
    HEADER_TIMEOUT_MS: 10_000,
    MAX_HEADERS: 100,
    MAX_HEADER_BYTES: 16_384,
    MAX_CONNECTIONS: 1000,
    RATE_WINDOW: 60,
    SHUTDOWN_TIMEOUT_MS: 25_000,
    TRUSTED_PROXY: 0,
    IMAGE_URLS: "off",
    IMAGE_URL_TIMEOUT_MS: 10_000,
  });
});

Deno.test("readConfig() treats an empty variable as unset", () => {
  assertEquals(readConfig({ PORT: "", THREADS: "", HOST: "" }), readConfig({}));
});

Deno.test("readConfig() lists every mistake at once, with its value", () => {
  const wrong = { PORT: "70000", ENGINE: "cuda", MAX_PIXELS: "many", THREADS: "0" };
  const faults = ["at most 65535", '"auto" or "webgpu"', "a whole number", "at least 1"];
  const { message } = assertThrows(() => readConfig(wrong), TypeError) as unknown as Error;
  for (const [i, [variable, value]] of Object.entries(wrong).entries()) {
    assertStringIncludes(message, `${variable}="${value}": must be ${faults[i]}`);
  }
});

const STARTS: readonly (readonly [Record<string, string>, start: readonly string[]])[] = [
  [{ MODELS: "a, b" }, ["a", "b"]],
  [{ MODEL: "c" }, ["c"]],
  [{ MODEL: "b", MODELS: "a,b" }, ["b", "a"]],
];

for (const [environment, start] of STARTS) {
  Deno.test(`readConfig() puts MODEL before MODELS, each once: ${JSON.stringify(environment)}`, () => {
    assertEquals(readConfig(environment).MODELS, start);
  });
}

const HASH = "0123456789abcdef".repeat(4);

Deno.test("readConfig() reads keys, rates, origins and hosts as lists", () => {
  const config = readConfig({
    API_KEYS: `alice:${HASH}, bob.2:${"AB".repeat(32)}`,
    KEY_RATE: "10",
    CORS_ORIGINS: "https://a.example, http://localhost:5173,*",
    IMAGE_URL_ALLOW: "Example.com, *.example.org",
  });
  assertEquals(config.API_KEYS, [
    { name: "alice", sha256: HASH },
    { name: "bob.2", sha256: "ab".repeat(32) },
  ]);
  assertEquals(config.CORS_ORIGINS, ["https://a.example", "http://localhost:5173", "*"]);
  assertEquals(config.IMAGE_URL_ALLOW, ["example.com", "*.example.org"]);
});

const REFUSED: readonly (readonly [Record<string, string>, message: string])[] = [
  [{ API_KEYS: "alice" }, "API_KEYS: entry 1 must be a name"],
  [{ API_KEYS: `alice:${HASH},` }, "API_KEYS: entry 2 must be a name"],
  [{ API_KEYS: `alice:${HASH},alice:${"1".repeat(64)}` }, "API_KEYS: entry 2 has the name"],
  [{ API_KEYS: `alice:${HASH},bob:${HASH}` }, "API_KEYS: entry 2 has the name or the key"],
  [{ KEY_RATE: "10" }, 'KEY_RATE="10": needs API_KEYS'],
  [{ BODY_MEMORY: "30000000" }, "twice MAX_BYTES"],
  [{ BODY_TIMEOUT_MS: "0" }, "BODY_TIMEOUT_MS"],
  [{ BODY_TIMEOUT_MS: "99999999999" }, "BODY_TIMEOUT_MS"],
  [{ TRUSTED_PROXY: "yes" }, "whole number"],
  [{ CORS_ORIGINS: "https://a.example/" }, "without a slash"],
  [{ CORS_ORIGINS: "a.example" }, "must be origins"],
  [{ IMAGE_URLS: "true" }, 'IMAGE_URLS="true"'],
  [{ IMAGE_URL_ALLOW: "https://example.com" }, "must be hosts"],
  [{ IMAGE_URL_DENY: "*" }, "must be hosts"],
  [{ LOG: "xml" }, 'LOG="xml"'],
];

for (const [environment, part] of REFUSED) {
  Deno.test(`readConfig() refuses ${JSON.stringify(environment)}`, () => {
    const { message } = assertThrows(() => readConfig(environment), TypeError) as unknown as Error;
    assertStringIncludes(message, part);
  });
}

Deno.test("readConfig() reports conflicts with the other mistakes, and never a key", () => {
  const wrong = { PORT: "70000", KEY_RATE: "5", API_KEYS: "", BODY_MEMORY: "1" };
  const { message } = assertThrows(() => readConfig(wrong), TypeError) as unknown as Error;
  for (const variable of ["PORT", "KEY_RATE", "BODY_MEMORY"]) {
    assertStringIncludes(message, variable);
  }
  const leak = { API_KEYS: "rne_this_is_the_key_itself" };
  const other = assertThrows(() => readConfig(leak), TypeError) as unknown as Error;
  assertEquals(other.message.includes("rne_"), false);
});

Deno.test("readConfig() refuses a variable that looks like a setting, without its value", () => {
  const error = assertThrows(() => readConfig({ API_KEY: "secret" }), TypeError);
  assertEquals(
    error.message,
    "Cannot start as the environment has mistakes. API_KEY: unknown, it looks like API_KEYS",
  );
  readConfig({ API_KEY: "", OPENAI_API_KEY: "secret" });
});

Deno.test("readConfig() accepts 0 as KEEP_MEMORY, and what holds the candidates of two images", () => {
  assertEquals(readConfig({ KEEP_MEMORY: "0" }).KEEP_MEMORY, 0);
  assertEquals(readConfig({ KEEP_MEMORY: "200000" }).KEEP_MEMORY, 200_000);
  for (const wrong of ["199999", "8 MB", "-1"]) {
    assertThrows(() => readConfig({ KEEP_MEMORY: wrong }), TypeError, `KEEP_MEMORY="${wrong}"`);
  }
});
