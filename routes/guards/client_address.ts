import ipaddr from "ipaddr.js";

/**
 * Returns the IP address of the client, as seen by the first of the trusted proxies.
 *
 * Each proxy appends the address of its own client to `X-Forwarded-For`. Entries before those of
 * the trusted proxies come from the client, which can send anything.
 *
 * @param connection IP address of the connection.
 * @param header Value of `X-Forwarded-For`.
 * @param hops Number of trusted proxies; 0 ignores the header.
 * @returns The address of the connection if the header has no valid entry at that position.
 */
export function forwardedAddress(
  connection: string | undefined,
  header: string | undefined,
  hops: number,
): string | undefined {
  const own = connection === undefined ? undefined : plainAddress(connection);
  if (hops === 0 || header === undefined) return own;
  return plainAddress(header.split(",").at(-hops) ?? "") ?? own;
}

/** Returns an IP address without port and brackets; IPv4-mapped IPv6 becomes IPv4. */
function plainAddress(text: string): string | undefined {
  const bare = text.trim().replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
  return parseAddress(bare)?.toString();
}

/**
 * Returns the network that counts as one client: an IPv4 address, or the /64 of an IPv6 address.
 *
 * A host commonly has a whole /64, so it could send each request from another address.
 *
 * @returns `address` itself if it is no IP address.
 */
export function clientNetwork(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return address;
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.parts.map((part, i) => (i < 4 ? part : 0));
  return `${new ipaddr.IPv6(network).toRFC5952String()}/64`;
}

/**
 * Parses an IP address. IPv4-mapped IPv6, which dual-stack servers report, becomes IPv4.
 *
 * @returns Undefined if the text is no IP address, or one of the short forms of IPv4.
 */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.IPv6.parse(text);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
}
