import ipaddr from "ipaddr.js";

/** Addresses of the open internet, by their range, behind which clouds keep what is their own. */
const CLOUD_INTERNAL = new Set(["168.63.129.16"]); // Azure's agents and its DNS

/** What is given out of IPv6 to this day; the rest, ::/96 among it, is of no use or worse. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an address belongs to the open internet: no loopback, no private or link-local network,
 * no carrier's, no multicast, nothing reserved, and no IPv6 address that hides an IPv4 one.
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address).range() === "unicast" && !CLOUD_INTERNAL.has(address);
  }
  if (!ipaddr.IPv6.isValid(address) || address.includes("%")) return false;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.range() === "unicast" && parsed.match(GLOBAL_UNICAST);
}
