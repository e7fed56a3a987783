import { z } from "zod";
import type { ApiKey } from "../../routes/guards/api_keys.ts";
import { commandLine } from "../core/command_line.ts";

const listed = z.string().transform((text) => text.split(",").map((part) => part.trim()));

const ENTRY = /^([\w.-]{1,64}):([0-9a-f]{64})$/i;

/**
 * Schema of a comma-separated list of API keys. An entry `name:sha256` contains the name of a key
 * and the SHA-256 of the key.
 *
 * No error message quotes an entry, because a user may have written a secret key instead of its
 * SHA-256.
 */
export const apiKeyList = listed.pipe(
  z.array(z.string()).transform((entries, context): ApiKey[] => {
    const fault = (message: string) => context.addIssue({ code: "custom", message });
    const keys: ApiKey[] = [];
    for (const [i, entry] of entries.entries()) {
      const [, name, hash] = ENTRY.exec(entry) ?? [];
      if (name === undefined || hash === undefined) {
        fault(
          `entry ${i + 1} must be a name, a colon and a SHA-256 in 64 hexadecimal digits, as ` +
            `${commandLine("key")} prints it`,
        );
        continue;
      }
      const sha256 = hash.toLowerCase();
      if (keys.some((earlier) => earlier.name === name || earlier.sha256 === sha256)) {
        fault(`entry ${i + 1} has the name or the key of an earlier one`);
      }
      keys.push({ name, sha256 });
    }
    return keys;
  }),
);

/**
 * Schema of a comma-separated list of origins that CORS allows. An entry is an origin as browsers
 * send it, or `*`.
 */
export const originList = listed.pipe(
  z.array(
    z.string().refine(
      (text) => text === "*" || (URL.canParse(text) && new URL(text).origin === text),
      "must be origins (https://example.com, without a slash at the end) with commas between them, or *",
    ),
  ),
);

/**
 * Schema of a comma-separated list of hosts. An entry is a host name, or `*.` and a host name for
 * all its subdomains.
 */
export const hostList = listed.pipe(
  z.array(
    z.string().toLowerCase().regex(
      /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+$/,
      "must be hosts (example.com, or *.example.com for all below it) with commas between them",
    ),
  ),
);
