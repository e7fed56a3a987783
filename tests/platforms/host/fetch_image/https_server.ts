import { createServer, type Server } from "node:https";
import type { IncomingMessage, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

// Made for these tests alone, good until 2126:
// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
//   -subj "/CN=retinanet-edge tests" \
//   -addext "subjectAltName=DNS:photos.example.org,DNS:other.example.org,DNS:cdn.example.net"
/** Certificate of `photos.example.org`, `other.example.org` and `cdn.example.net`. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIB2zCCAYCgAwIBAgIUb7tidpP7RGCCzOS4wJ7NOaJ6sgAwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUcmV0aW5hbmV0LWVkZ2UgdGVzdHMwIBcNMjYxMTIzMjIxMjA3
WhgPMjEyNjEwMzAyMjEyMDdaMB8xHTAbBgNVBAMMFHJldGluYW5ldC1lZGdlIHRl
c3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5SUh5Dwbr5cqBU0XgS7K/VsS
m0mvW//ah6TnFoK046xLLEz0T9vosZ3Bthza1MhCWEBeUCW48VzaFlLdONsfiKOB
lzCBlDAdBgNVHQ4EFgQUbtHuu7QmSd+FP8OXjsV3EF3JBGMwHwYDVR0jBBgwFoAU
btHuu7QmSd+FP8OXjsV3EF3JBGMwDwYDVR0TAQH/BAUwAwEB/zBBBgNVHREEOjA4
ghJwaG90b3MuZXhhbXBsZS5vcmeCEW90aGVyLmV4YW1wbGUub3Jngg9jZG4uZXhh
bXBsZS5uZXQwCgYIKoZIzj0EAwIDSQAwRgIhAKvufNTRuOzu3VPMhKoGusLbpput
URO8tH3teeAfHqr8AiEA8SVsWg1BPERybnETIorW42WVFl7BSEhDBLaYvVQXVqU=
-----END CERTIFICATE-----`;

const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsoBve5m3cOAdHtWI
2fBsEXCmTqYh3s77uOBasD5k8guhRANCAATlJSHkPBuvlyoFTReBLsr9WxKbSa9b
/9qHpOcWgrTjrEssTPRP2+ixncG2HNrUyEJYQF5QJbjxXNoWUt042x+I
-----END PRIVATE KEY-----`;

/** Server on the loopback interface that the tests treat as one on the public internet. */
export interface HttpsServer extends AsyncDisposable {
  /** Port of the server. */
  readonly port: number;
  /** Requests so far. */
  readonly requests: readonly IncomingMessage[];
}

/** Serves https, on a free loopback port by default. */
export async function serveHttps(
  answer: RequestListener,
  { hostname, port } = { hostname: "127.0.0.1", port: 0 },
): Promise<HttpsServer> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, hostname, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
