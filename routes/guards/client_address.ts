import ipaddr from "ipaddr.js";

/**
 * Returns the IP address of a client behind trusted proxies.
 *
 * Each proxy appends an entry to `X-Forwarded-For`: the IP address that connected to the proxy.
 * Only the last `hops` entries come from trusted proxies, and the first of these entries is the IP
 * address of the client. The client may have invented all earlier entries.
 *
 * @param connection IP address that connected to the server.
 * @param header Value of `X-Forwarded-For`.
 * @param hops Number of trusted proxies. 0: ignores the header.
 * @returns The IP address of the client, or `connection` if the entry of the client is missing or
 *   invalid.
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

/**
 * Removes the port and the brackets of an IP address. Converts an IPv4-mapped IPv6 address to IPv4.
 */
function plainAddress(text: string): string | undefined {
  const bare = text.trim().replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
  return parseAddress(bare)?.toString();
}

/**
 * Returns the text by which rate limits count a client: the IPv4 address of the client, or the /64
 * network of its IPv6 address.
 *
 * An IPv6 client usually owns a whole /64 network, so the client could use a new address for every
 * request.
 *
 * @returns `address` unchanged if it is not an IP address.
 */
export function clientNetwork(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return address;
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.parts.map((part, i) => (i < 4 ? part : 0));
  return `${new ipaddr.IPv6(network).toRFC5952String()}/64`;
}

/**
 * Parses an IP address. Converts an IPv4-mapped IPv6 address to IPv4, because a server that listens
 * on IPv6 sees IPv4 clients in this form.
 *
 * @returns Undefined if the text is not an IP address. Short forms of IPv4 addresses, such as
 *   `127.1`, are not accepted.
 */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.IPv6.parse(text);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
}
