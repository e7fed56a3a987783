import { assertEquals } from "@std/assert";
import { clientNetwork, forwardedAddress } from "../../../routes/guards/client_address.ts";

const PROXY = "10.0.0.1";

for (
  const [what, header, hops, expected] of [
    ["ignores the header without a trusted proxy", "192.0.2.1", 0, PROXY],
    ["takes the entry of the one proxy", "192.0.2.1", 1, "192.0.2.1"],
    ["skips entries of the client", "6.6.6.6, 192.0.2.1", 1, "192.0.2.1"],
    ["counts two proxies from the end", "6.6.6.6, 192.0.2.1, 10.0.0.2", 2, "192.0.2.1"],
    ["falls back to the connection if entries are missing", "192.0.2.1", 2, PROXY],
    ["falls back to the connection without a header", undefined, 1, PROXY],
    ["falls back to the connection for an empty header", "", 1, PROXY],
    ["falls back to the connection for no address", "<script>", 1, PROXY],
    ["falls back to the connection for a number", "3232235777", 1, PROXY],
    ["removes a port", "192.0.2.1:4711", 1, "192.0.2.1"],
    ["removes brackets and a port", "[2001:db8::1]:4711", 1, "2001:db8::1"],
    ["reads IPv6", "2001:DB8:0:0::1", 1, "2001:db8::1"],
    ["converts IPv4-mapped IPv6 to IPv4", "::ffff:192.0.2.1", 1, "192.0.2.1"],
  ] as const
) {
  Deno.test(`forwardedAddress() ${what}`, () => {
    assertEquals(forwardedAddress(PROXY, header, hops), expected);
  });
}

Deno.test("forwardedAddress() returns undefined for a connection without an address", () => {
  assertEquals(forwardedAddress(undefined, undefined, 1), undefined);
});

Deno.test("clientNetwork() returns an IPv4 address, the /64 of an IPv6 one, or the text itself", () => {
  assertEquals(clientNetwork("192.0.2.1"), "192.0.2.1");
  assertEquals(clientNetwork("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  assertEquals(clientNetwork("::ffff:192.0.2.1"), "192.0.2.1");
  assertEquals(clientNetwork("unknown"), "unknown");
});
