import ipaddr from "ipaddr.js";

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
