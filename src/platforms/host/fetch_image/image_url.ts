import ipaddr from "ipaddr.js";
import { DomainError } from "../../../core/domain_error.ts";

/** The hosts that may be asked. */
export interface HostRules {
  /** Only these, each a name or `*.` and a name; all public ones where absent. */
  readonly allow?: readonly string[];
  /** Never these. */
  readonly deny?: readonly string[];
}

/** Top-level names that are never on the open internet: RFC 6761, RFC 7686, RFC 8375, ICANN. */
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

/** An address that may be asked, and the name that its server must have. */
export interface ImageUrl {
  /** All of it, without a fragment. */
  readonly url: URL;
  /** Name of the host, lower case, without the dot of the root. */
  readonly host: string;
}

/**
 * Reads an address as browsers do, which turns every way of writing an IP address into one, and
 * refuses what is not a plain https address of a named host.
 *
 * @throws {DomainError} `invalid-option` or `url-not-allowed`.
 */
export function readImageUrl(text: string, base: URL | undefined, rules: HostRules): ImageUrl {
  if (!URL.canParse(text, base)) {
    throw new DomainError("invalid-option", 'Cannot fetch image as "url" is no address: https://…');
  }
  const url = new URL(text, base);
  url.hash = "";
  const host = url.hostname.replace(/\.$/, "");
  const fault = faultOf(url, host, rules);
  if (fault !== undefined) throw notAllowed(fault);
  return { url, host };
}

/** The error for an address that must not be asked. */
export function notAllowed(fault: string): DomainError {
  return new DomainError("url-not-allowed", `Cannot fetch image as ${fault}`);
}

function faultOf(url: URL, host: string, { allow, deny = [] }: HostRules): string | undefined {
  if (url.protocol !== "https:") {
    return `the address must begin with https://: it is ${url.protocol}`;
  }
  if (url.username !== "" || url.password !== "") {
    return "the address must hold no user or password";
  }
  if (url.port !== "") return `the port must be 443: it is ${url.port}`;
  if (host.startsWith("[") || ipaddr.IPv4.isValid(host)) {
    return "the host must be a name, no number";
  }
  const labels = host.split(".");
  if (labels.length < 2 || labels.includes("") || INTERNAL.has(labels.at(-1)!)) {
    return "the host must be one of the open internet";
  }
  if (hostIsListed(host, deny)) return "this server does not ask that host";
  if (allow && !hostIsListed(host, allow)) return "this server asks only hosts of its list";
  return undefined;
}

/** Whether a host is listed by its own name, or by `*.` and a name that it lies below. */
export function hostIsListed(host: string, list: readonly string[]): boolean {
  return list.some((entry) =>
    entry.startsWith("*.") ? host.endsWith(entry.slice(1)) : host === entry
  );
}
