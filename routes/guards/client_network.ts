import ipaddr from "ipaddr.js";
import { parseAddress } from "./parse_address.ts";

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
