import ipaddr from "ipaddr.js";

/** IP addresses that look public but belong to internal services of a cloud. */
const CLOUD_INTERNAL = new Set(["168.63.129.16"]); // DNS server and agents of Azure

/**
 * Range of public IPv6 addresses. All other ranges, such as ::/96, are unused or reserved for
 * special purposes.
 */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Returns true if an IP address is on the public internet. Returns false for loopback, private,
 * link-local, carrier, multicast and reserved ranges, and for IPv6 addresses that contain an IPv4
 * address.
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address).range() === "unicast" && !CLOUD_INTERNAL.has(address);
  }
  if (!ipaddr.IPv6.isValid(address) || address.includes("%")) return false;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.range() === "unicast" && parsed.match(GLOBAL_UNICAST);
}
