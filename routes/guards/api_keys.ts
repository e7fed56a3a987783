import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";

/** API key that the server accepts. */
export interface ApiKey {
  /** Name of the owner, which appears in logs. */
  readonly name: string;
  /** SHA-256 of the key in 64 hexadecimal digits. The server does not store the key itself. */
  readonly sha256: string;
}

/**
 * Creates a middleware that requires an API key, as `Authorization: Bearer KEY` or
 * `X-API-Key: KEY`.
 *
 * The server stores only SHA-256 hashes of the keys. A slow password hash is not needed: keys are
 * 32 random bytes, which nobody can guess.
 */
export function apiKeys(keys: readonly ApiKey[]): MiddlewareHandler<AppEnv> {
  const known = keys.map(({ name, sha256 }) => ({ name, digest: bytesOf(sha256) }));
  return async (context, next) => {
    const key = presentedKey(context);
    const name = key === undefined ? undefined : ownerOf(await digestOf(key), known);
    if (name === undefined) return unauthorized(context, key !== undefined);
    context.set("keyName", name);
    return await next();
  };
}

function presentedKey(context: Context<AppEnv>): string | undefined {
  const bearer = context.req.header("authorization")?.match(/^Bearer +(\S+) *$/i);
  return bearer?.[1] ?? context.req.header("x-api-key");
}

async function digestOf(key: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key)));
}

/**
 * Returns the name of the key with the given hash.
 *
 * Compares all bytes of all hashes. So the time does not reveal how many bytes match.
 */
function ownerOf(
  digest: Uint8Array,
  known: readonly { readonly name: string; readonly digest: Uint8Array }[],
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
