import { sha256 } from "@noble/hashes/sha2.js";
import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AppEnv, BodyKey } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";

/** API key that the server accepts. */
export interface ApiKey {
  /** Name of the owner, which appears in logs. */
  readonly name: string;
  /** SHA-256 of the key in 64 hexadecimal digits. The server does not store the key itself. */
  readonly sha256: string;
}

/**
 * Creates a middleware that requires an API key, as `Authorization: Bearer KEY` or `X-API-Key:
 * KEY`. A dialect (the routes of another protocol) may accept the key in other places, too.
 *
 * If the key may come in the body, the middleware passes the request on without a check. The
 * handler of the request then checks the key before it reads an image.
 *
 * The server stores only SHA-256 hashes of the keys. A slow password hash is not needed: keys are
 * 32 random bytes, which nobody can guess.
 *
 * @param keyRate Rate limit for requests that contain the key in their body. Unset: no limit.
 */
export function apiKeys(
  keys: readonly ApiKey[],
  keyRate?: MiddlewareHandler<AppEnv, string>,
): MiddlewareHandler<AppEnv> {
  const known = keys.map(({ name, sha256 }) => ({ name, digest: bytesOf(sha256) }));
  return async (context, next) => {
    const key = presentedKey(context);
    if (key === undefined && mayComeInBody(context)) {
      context.set("bodyKey", bodyKey(context, known, keyRate));
      return await next();
    }
    const name = key === undefined ? undefined : ownerOf(await digestOf(key), known);
    if (name === undefined) return unauthorized(context, key !== undefined);
    context.set("keyName", name);
    return await next();
  };
}

function presentedKey(context: Context<AppEnv>): string | undefined {
  const bearer = context.req.header("authorization")?.match(/^Bearer +(\S+) *$/i);
  const { header, query } = context.get("keyPlaces") ?? {};
  return bearer?.[1] ?? context.req.header("x-api-key") ??
    (header === undefined ? undefined : context.req.header(header)) ??
    (query === undefined ? undefined : context.req.query(query));
}

function mayComeInBody(context: Context<AppEnv>): boolean {
  const { bodyPaths = [] } = context.get("keyPlaces") ?? {};
  return context.req.method === "POST" && bodyPaths.some((path) => context.req.path.endsWith(path));
}

/** Creates the check of an API key that comes in the body of a request. */
function bodyKey(
  context: Context<AppEnv, string>,
  known: readonly KnownKey[],
  keyRate: MiddlewareHandler<AppEnv, string> | undefined,
): BodyKey {
  const refuse = (res: Response) => new HTTPException(res.status as 401, { res });
  return {
    accept(key) {
      const name = key && ownerOf(sha256(new TextEncoder().encode(key)), known);
      if (!name) throw refuse(unauthorized(context, key !== undefined));
      context.set("keyName", name);
      context.set("client", `key ${name}`);
    },
    async count() {
      const refusal = await keyRate?.(context, () => Promise.resolve());
      if (refusal instanceof Response) throw refuse(refusal);
    },
  };
}

/** API key that the server accepts, with the SHA-256 of the key as bytes. */
interface KnownKey {
  readonly name: string;
  readonly digest: Uint8Array;
}

async function digestOf(key: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key)));
}

/**
 * Returns the name of the key with the given hash.
 *
 * Always compares all bytes of all hashes. Thus an attacker cannot learn from the response time how
 * many bytes match.
 */
function ownerOf(
  digest: Uint8Array,
  known: readonly KnownKey[],
): string | undefined {
  let owner: string | undefined;
  for (const candidate of known) {
    let difference = 0;
    for (let i = 0; i < digest.length; i++) difference |= digest[i]! ^ candidate.digest[i]!;
    if (difference === 0) owner = candidate.name;
  }
  return owner;
}

function unauthorized(context: Context<AppEnv>, presented: boolean): Response {
  // Without a key, the response has no error code (RFC 6750, section 3.1).
  const challenge = 'Bearer realm="retinanet-edge"' + (presented ? ', error="invalid_token"' : "");
  const fault = presented ? "the key is not known here" : "there is no key";
  return problem(
    context,
    "unauthorized",
    `Cannot answer as ${fault}. Send it as Authorization: Bearer KEY, or as X-API-Key: KEY`,
    { "www-authenticate": challenge },
  );
}

function bytesOf(hexadecimal: string): Uint8Array {
  return Uint8Array.from(hexadecimal.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}
