import ipaddr from "ipaddr.js";

/**
 * The client's address as the last proxy that is trusted saw it.
 *
 * Each proxy adds the address that it was called from to the end of `X-Forwarded-For`. What stands
 * before the trusted ones' entries comes from the client and can be anything.
 *
 * @param connection Address of whoever is connected.
 * @param header Value of `X-Forwarded-For`.
 * @param hops Proxies that are trusted; none believes the header at all.
 * @returns The connection's own address where the header has not what was promised.
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

/** The address without a port, without brackets, and IPv4 within IPv6 as IPv4. */
function plainAddress(text: string): string | undefined {
  const bare = text.trim().replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
  return parseAddress(bare)?.toString();
}

/**
 * What one client has of the address space: an IPv4 address, or the /64 of an IPv6 address, since
 * whoever has one address there has the 2^64 beside it.
 *
 * @returns What is counted as one client; the text itself if it is no address.
 */
export function clientNetwork(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return address;
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.parts.map((part, i) => (i < 4 ? part : 0));
  return `${new ipaddr.IPv6(network).toRFC5952String()}/64`;
}

/**
 * Reads an IP address; IPv4 within IPv6, as servers that listen on both name it, becomes IPv4.
 *
 * @returns Undefined for anything else, the short forms of IPv4 among it.
 */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.IPv6.parse(text);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
}
