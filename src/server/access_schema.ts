import { z } from "zod";
import type { ApiKey } from "../../routes/guards/api_keys.ts";

const listed = z.string().transform((text) => text.split(",").map((part) => part.trim()));

const ENTRY = /^([\w.-]{1,64}):([0-9a-f]{64})$/i;

/** `name:sha256` with commas between them. No message repeats a value: a key may stand there. */
export const apiKeyList = listed.pipe(
  z.array(z.string()).transform((entries, context): ApiKey[] => {
    const fault = (message: string) => context.addIssue({ code: "custom", message });
    const keys: ApiKey[] = [];
    for (const [i, entry] of entries.entries()) {
      const match = ENTRY.exec(entry);
      if (match === null) {
        fault(
          `entry ${i + 1} must be a name, a colon and a SHA-256 in 64 hexadecimal digits, as ` +
            "deno task key prints it",
        );
        continue;
      }
      const key = { name: match[1], sha256: match[2].toLowerCase() };
      if (keys.some(({ name, sha256 }) => name === key.name || sha256 === key.sha256)) {
        fault(`entry ${i + 1} has the name or the key of an earlier one`);
      }
      keys.push(key);
    }
    return keys;
  }),
);

/** Origins as browsers send them, or `*`. */
export const originList = listed.pipe(
  z.array(
    z.string().refine(
      (text) => text === "*" || (URL.canParse(text) && new URL(text).origin === text),
      "must be origins (https://example.com, without a slash at the end) with commas between them, or *",
    ),
  ),
);

/** Names of hosts, or `*.` and a name. */
export const hostList = listed.pipe(
  z.array(
    z.string().toLowerCase().regex(
      /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+$/,
      "must be hosts (example.com, or *.example.com for all below it) with commas between them",
    ),
  ),
);
