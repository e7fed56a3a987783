import ipaddr from "ipaddr.js";
import { DomainError } from "../../../core/domain_error.ts";

/** Lists of hosts that images may be fetched from. An entry is a host name, or `*.` and one. */
export interface HostLists {
  /** Hosts that are allowed. Unset: every public host. */
  readonly allow?: readonly string[] | undefined;
  /** Hosts that are denied. Overrides `allow`. Unset: none. */
  readonly deny?: readonly string[] | undefined;
}

/** Top-level names that are never public: RFC 6761, RFC 7686, RFC 8375, RFC 9476, ICANN. */
const INTERNAL = new Set([
  ...[
    "localhost",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "localdomain",
  ],
  ...["arpa", "test", "invalid", "example", "onion", "alt"],
]);

/** URL that passed all checks which need no name resolution. */
export interface ImageUrl {
  /** URL without its fragment. */
  readonly url: URL;
  /** Host name that the certificate must prove: lower case, without the dot of the DNS root. */
  readonly host: string;
}

/**
 * Parses a URL and refuses it unless it is plain https to a host name.
 *
 * The URL parser of the runtime normalises all notations of an IP address, as browsers do.
 *
 * @param base URL that `text` may be relative to.
 * @throws {DomainError} `invalid-option`, if `text` is not a URL; `url-not-allowed`.
 */
export function readImageUrl(text: string, base: URL | undefined, lists: HostLists): ImageUrl {
  if (!URL.canParse(text, base)) {
    throw new DomainError(
      "invalid-option",
      'Cannot fetch image as "url" must be a URL: https://…',
    );
  }
  const url = new URL(text, base);
  url.hash = "";
  const host = url.hostname.replace(/\.$/, "");
  const fault = faultOf(url, host, lists);
  if (fault !== undefined) throw urlNotAllowed(fault);
  return { url, host };
}

/** Returns the error for a URL that is refused. */
export function urlNotAllowed(fault: string): DomainError {
  return new DomainError("url-not-allowed", `Cannot fetch image as ${fault}`);
}

function faultOf(url: URL, host: string, { allow, deny = [] }: HostLists): string | undefined {
  if (url.protocol !== "https:") {
    return `the URL must begin with https://: it is ${url.protocol}`;
  }
  if (url.username !== "" || url.password !== "") {
    return "the URL must not contain a user or password";
  }
  if (url.port !== "") return `the port must be 443: it is ${url.port}`;
  if (host.startsWith("[") || ipaddr.IPv4.isValid(host)) {
    return "the host must be a name, not an IP address";
  }
  const labels = host.split(".");
  if (labels.length < 2 || labels.includes("") || INTERNAL.has(labels.at(-1)!)) {
    return "the host must be on the public internet";
  }
  if (hostIsListed(host, deny)) return "this server does not fetch from that host";
  if (allow && !hostIsListed(host, allow)) return "this server fetches only from hosts on its list";
  return undefined;
}

/** Returns true if a list has the host itself, or `*.` and a parent domain of it. */
export function hostIsListed(host: string, list: readonly string[]): boolean {
  return list.some((entry) =>
    entry.startsWith("*.") ? host.endsWith(entry.slice(1)) : host === entry
  );
}
