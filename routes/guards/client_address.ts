import { parseAddress } from "./parse_address.ts";

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
