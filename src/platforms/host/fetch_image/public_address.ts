import ipaddr from "ipaddr.js";

/** Addresses in public ranges that clouds use internally. */
const CLOUD_INTERNAL = new Set(["168.63.129.16"]); // Azure: agents and DNS

/** Part of IPv6 that has been allocated. The rest, such as ::/96, is unused or special. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Returns true if an IP address is on the public internet. Loopback, private, link-local, carrier,
 * multicast and reserved ranges are not, nor are IPv6 addresses that embed an IPv4 address.
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address).range() === "unicast" && !CLOUD_INTERNAL.has(address);
  }
  if (!ipaddr.IPv6.isValid(address) || address.includes("%")) return false;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.range() === "unicast" && parsed.match(GLOBAL_UNICAST);
}
