import { assertEquals } from "@std/assert";
import { isPublicAddress } from "../../../../src/platforms/host/fetch_image/public_address.ts";

const PUBLIC = [
  ...["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.0", "192.167.255.255"],
  ...["100.63.255.255", "100.128.0.0", "169.253.255.255", "198.17.255.255", "198.20.0.0"],
  ...["2606:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:800::200e"],
];

const NOT_PUBLIC = [
  // Loopback, "this network", private, link-local with cloud metadata, carrier-grade NAT.
  ...["127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1"],
  ...["172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.0.1", "100.64.0.1"],
  ...["100.100.100.200", "100.127.255.255", "168.63.129.16", "192.0.0.192"],
  // Multicast, broadcast, reserved, documentation, benchmarks, anycast relays.
  ...["224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1", "192.0.2.1"],
  ...["198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1"],
  // IPv6: unspecified, loopback, link-local with and without a zone, unique local, site-local.
  ...["::", "::1", "fe80::1", "fe80::1%eth0", "febf::1", "fc00::1", "fd00:ec2::254", "fec0::1"],
  // IPv4 embedded in IPv6 in every form, multicast, documentation, discard, unassigned.
  ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:8.8.8.8", "::127.0.0.1", "::7f00:1"],
  ...["::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00::1"],
  ...["ff02::1", "ff0e::1", "2001:db8::1", "3fff::1", "100::1", "4000::1", "5f00::1"],
  ...["2606:4700::1111%1"],
  // Invalid addresses, and notations of 127.0.0.1 that some resolvers accept.
  ...["", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "1.1.1", "1.1.1.1."],
  ...["256.1.1.1", "1.1.1.1/32", " 1.1.1.1", "[2606:4700::1111]"],
];

for (const address of PUBLIC) {
  Deno.test(`isPublicAddress() accepts ${address}`, () => {
    assertEquals(isPublicAddress(address), true);
  });
}

for (const address of NOT_PUBLIC) {
  Deno.test(`isPublicAddress() refuses "${address}"`, () => {
    assertEquals(isPublicAddress(address), false);
  });
}
