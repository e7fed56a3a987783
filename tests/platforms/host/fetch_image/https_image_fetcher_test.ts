import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { RequestListener } from "node:http";
import { DomainError } from "../../../../src/core/domain_error.ts";
import {
  httpsImageFetcher,
  type ImageFetcherOptions,
} from "../../../../src/platforms/host/fetch_image/https_image_fetcher.ts";
import { assertEnds } from "../../../testing.ts";
import { CERTIFICATE, type HttpsServer, serveHttps } from "./https_server.ts";

const IMAGE = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
const PUBLIC = "93.184.215.14";
const OTHER_PUBLIC = "93.184.215.15";
const URL_OF_IMAGE = "https://photos.example.org/a.jpg";
const giveImage: RequestListener = (_, response) => response.end(IMAGE);

/** Names that were resolved, and IP addresses that were connected to. */
interface Calls {
  readonly resolved: string[];
  readonly connected: string[];
}

/**
 * Creates a fetcher whose public IP addresses all lead to the test server. Its checks are the real
 * ones.
 *
 * @param names IP addresses of each host, for the first and the following resolutions.
 */
function fetcherOf(
  server: HttpsServer,
  names: Record<string, readonly (readonly string[])[]>,
  options: Partial<ImageFetcherOptions> = {},
) {
  const calls: Calls = { resolved: [], connected: [] };
  const fetcher = httpsImageFetcher({
    maxBytes: 10_000,
    timeoutMs: 5000,
    ca: CERTIFICATE,
    resolve(host) {
      const times = calls.resolved.filter((earlier) => earlier === host).length;
      calls.resolved.push(host);
      const answers = names[host.replace(/\.$/, "")] ?? [[]];
      return Promise.resolve(answers[Math.min(times, answers.length - 1)]!);
    },
    connect(address) {
      calls.connected.push(address);
      return { host: "127.0.0.1", port: server.port };
    },
    ...options,
  });
  return { fetch: (url: string, signal?: AbortSignal) => fetcher.fetch(url, signal), ...calls };
}

/** Returns the error of a fetch that is refused. */
async function refusalOf(work: Promise<unknown>): Promise<DomainError> {
  return await assertRejects(() => work, DomainError);
}

Deno.test("httpsImageFetcher() fetches an image from the IP address that it checked", async () => {
  await using server = await serveHttps(giveImage);
  const { fetch, resolved, connected } = fetcherOf(server, { "photos.example.org": [[PUBLIC]] });
  assertEquals(await fetch("https://PHOTOS.example.org:443/a.jpg?b=%20c#d"), IMAGE);
  assertEquals([resolved, connected], [["photos.example.org."], [PUBLIC]]);
  const { method, url, headers } = server.requests[0]!;
  assertEquals([method, url], ["GET", "/a.jpg?b=%20c"]);
  assertEquals(Object.keys(headers).sort(), [
    ...["accept", "accept-encoding", "connection", "host", "user-agent"],
  ]);
  assertEquals(headers.host, "photos.example.org");
});

Deno.test("httpsImageFetcher() refuses every URL that is not plain https to a host name", async () => {
  await using server = await serveHttps(giveImage);
  const { fetch, resolved, connected } = fetcherOf(server, {});
  for (
    const url of [
      ...["http://photos.example.org/", "ftp://photos.example.org/", "file:///etc/passwd"],
      ...["data:image/png;base64,AAAA", "javascript:1", "HTTP://photos.example.org/"],
      ...["https://user@photos.example.org/", "https://user:pass@photos.example.org/"],
      ...["https://:pass@photos.example.org/", "https://photos.example.org:8443/"],
      ...["https://photos.example.org:80/", "https://photos.example.org:22/"],
      // IP addresses in every notation that a browser accepts.
      ...["https://127.0.0.1/", "https://93.184.215.14/", "https://2130706433/"],
      ...["https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.1/"],
      ...["https://017700000001/", "https://127.0.0.1./", "https://2130706433./", "https://0/"],
      ...["https://１２７.0.0.1/", "https://127。0。0。1/", "https://%31%32%37.0.0.1/"],
      ...["https://①②⑦.⓪.⓪.①/", "https://169.254.169.254/", "https://0xa9fea9fe/"],
      ...["https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/"],
      ...["https://[fd00:ec2::254]/", "https://[2606:4700::1111]/", "https://[::]/"],
      // Names that are never on the public internet.
      ...["https://localhost/", "https://localhost./", "https://LOCALHOST/", "https://intranet/"],
      ...["https://a.localhost/", "https://metadata.google.internal/", "https://nas.local/"],
      ...[
        "https://metadata.google.internal./",
        "https://router.lan/",
        "https://1.0.0.127.in-addr.arpa/",
      ],
      ...["https://photos.example.org../", "https://.example.org/"],
    ]
  ) {
    const { code } = await refusalOf(fetch(url));
    assertEquals([url, code], [url, "url-not-allowed"]);
  }
  for (
    const url of [
      ...["", "photos.example.org", "//photos.example.org/", "https://", "https://a b.org/"],
      ...["https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/", "https://256.256.256.256/"],
      ...["https://127.0.0.1:99999/", "https://0x100000000/", "https://a.1/"],
    ]
  ) {
    const { code } = await refusalOf(fetch(url));
    assertEquals([url, code], [url, "invalid-option"]);
  }
  assertEquals([resolved, connected], [[], []], "none of them may be resolved or connected to");
});

for (
  const [found, addresses] of [
    ["a loopback address", ["127.0.0.1"]],
    ["the clouds' metadata", ["169.254.169.254"]],
    ["a private address", ["10.1.2.3"]],
    ["a carrier's address", ["100.64.0.1"]],
    ["IPv6's loopback", ["::1"]],
    ["a unique local address", ["fd00::1"]],
    ["a link-local address with a zone", ["fe80::1%eth0"]],
    ["a loopback address within IPv6", ["::ffff:127.0.0.1"]],
    ["a public address and a private one", [PUBLIC, "10.1.2.3"]],
    ["a private address behind many public ones", [...Array(9).fill(PUBLIC), "127.0.0.1"]],
    ["no address", []],
  ] as const
) {
  Deno.test(`httpsImageFetcher() refuses a name with ${found}, without connecting`, async () => {
    await using server = await serveHttps(giveImage);
    const { fetch, connected } = fetcherOf(server, { "photos.example.org": [addresses] });
    const { code, message } = await refusalOf(fetch(URL_OF_IMAGE));
    assertEquals([code, connected, server.requests.length], ["url-not-allowed", [], 0]);
    for (const address of addresses) assert(!message.includes(address), message);
  });
}

Deno.test("httpsImageFetcher() gives the same error for unknown names and for private ones", async () => {
  await using server = await serveHttps(giveImage);
  const { fetch } = fetcherOf(server, { "private.example.org": [["10.0.0.1"]] });
  const one = await refusalOf(fetch("https://private.example.org/"));
  const other = await refusalOf(fetch("https://unknown.example.org/"));
  const failing = fetcherOf(server, {}, { resolve: () => Promise.reject(new Error("SERVFAIL")) });
  const third = await refusalOf(failing.fetch("https://unknown.example.org/"));
  assertEquals([one.message, one.message], [other.message, third.message]);
});

Deno.test("httpsImageFetcher() does not resolve again between the check and the connection", async () => {
  await using server = await serveHttps(giveImage);
  // Public in the first answer, private in all later ones.
  const names = { "photos.example.org": [[PUBLIC], ["127.0.0.1"]] };
  const { fetch, resolved, connected } = fetcherOf(server, names);
  assertEquals(await fetch(URL_OF_IMAGE), IMAGE);
  assertEquals([resolved.length, connected], [1, [PUBLIC]]);
  assertEquals((await refusalOf(fetch(URL_OF_IMAGE))).code, "url-not-allowed");
  assertEquals(connected, [PUBLIC]);
});

Deno.test("httpsImageFetcher() checks again when a redirect leads to the same name", async () => {
  await using server = await serveHttps((_, response) => {
    response.writeHead(302, { location: URL_OF_IMAGE }).end();
  });
  const names = { "photos.example.org": [[PUBLIC], ["192.168.0.1"]] };
  const { fetch, connected } = fetcherOf(server, names);
  assertEquals((await refusalOf(fetch(URL_OF_IMAGE))).code, "url-not-allowed");
  assertEquals(connected, [PUBLIC]);
});

for (
  const location of [
    ...["http://photos.example.org/", "https://127.0.0.1/", "https://2130706433/", "//[::1]/"],
    ...["https://private.example.org/", "https://localhost/", "https://user:pass@cdn.example.net/"],
    ...["https://photos.example.org:8443/", "file:///etc/passwd", "//169.254.169.254/latest"],
    ...["https://metadata.google.internal/", "https://unknown.example.org/"],
  ]
) {
  Deno.test(`httpsImageFetcher() refuses a redirect to ${location}`, async () => {
    await using server = await serveHttps((_, response) => {
      response.writeHead(302, { location }).end("a body");
    });
    const names = {
      "photos.example.org": [[PUBLIC]],
      "cdn.example.net": [[PUBLIC]],
      "private.example.org": [["10.0.0.1"]],
    };
    const { fetch, connected } = fetcherOf(server, names);
    assertEquals((await refusalOf(fetch(URL_OF_IMAGE))).code, "url-not-allowed");
    assertEquals(connected, [PUBLIC]);
  });
}

for (const status of [301, 302, 303, 307, 308]) {
  Deno.test(`httpsImageFetcher() follows a ${status} to another public host`, async () => {
    await using server = await serveHttps((request, response) => {
      if (request.headers.host === "cdn.example.net") response.end(IMAGE);
      else {response.writeHead(status, { location: "//cdn.example.net/b.jpg", "set-cookie": "a=b" })
          .end();}
    });
    const names = { "photos.example.org": [[PUBLIC]], "cdn.example.net": [[OTHER_PUBLIC]] };
    const { fetch, connected } = fetcherOf(server, names);
    assertEquals(await fetch(URL_OF_IMAGE), IMAGE);
    assertEquals(connected, [PUBLIC, OTHER_PUBLIC]);
    const { url, headers } = server.requests[1]!;
    assertEquals([url, headers.cookie, headers.referer], ["/b.jpg", undefined, undefined]);
  });
}

Deno.test("httpsImageFetcher() follows three redirects, but not a fourth", async () => {
  await using server = await serveHttps((request, response) => {
    const left = Number(request.url!.slice(1));
    if (left === 0) response.end(IMAGE);
    else response.writeHead(302, { location: `/${left - 1}` }).end();
  });
  const names = { "photos.example.org": [[PUBLIC]] };
  assertEquals(await fetcherOf(server, names).fetch("https://photos.example.org/3"), IMAGE);
  const { fetch, connected } = fetcherOf(server, names);
  assertEquals((await refusalOf(fetch("https://photos.example.org/4"))).code, "url-failed");
  assertEquals(connected.length, 4);
});

for (
  const [response, answer, code, part] of [
    ["404", (_, response) => response.writeHead(404).end(IMAGE), "url-failed", "404"],
    ["304", (_, response) => response.writeHead(304).end(), "url-failed", "304"],
    ["a redirect to nowhere", (_, response) => response.writeHead(302).end(), "url-failed", "302"],
    [
      "too many bytes",
      (_, response) => response.end(new Uint8Array(10_001)),
      "too-many-bytes",
      "10001",
    ],
    [
      "endless bytes",
      (_, response) => {
        const more = () => {
          while (response.write(new Uint8Array(4096)));
          response.once("drain", more);
        };
        more();
      },
      "too-many-bytes",
      "more",
    ],
    [
      "a compressed answer",
      (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
      "url-failed",
      "compressed",
    ],
    [
      "half an answer",
      (_, response) => {
        response.writeHead(200, { "content-length": "1000" }).write("x", () => response.destroy());
      },
      "url-failed",
      "closed",
    ],
    ["no answer", (_, response) => response.destroy(), "url-failed", "reached"],
    [
      "endless headers",
      (_, response) => response.writeHead(200, { "x-long": "y".repeat(100_000) }).end(IMAGE),
      "url-failed",
      "reached",
    ],
  ] as readonly (readonly [string, RequestListener, string, string])[]
) {
  Deno.test(`httpsImageFetcher() rejects ${response} with ${code}`, async () => {
    await using server = await serveHttps(answer);
    const { fetch } = fetcherOf(server, { "photos.example.org": [[PUBLIC]] });
    const refusal = await refusalOf(fetch(URL_OF_IMAGE));
    assertEquals(refusal.code, code);
    assertStringIncludes(refusal.message, part);
  });
}

for (
  const [response, answer] of [
    ["silence", () => {}],
    ["a body that trickles", (_, response) => {
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    }],
    ["slow redirects", (_, response) => {
      setTimeout(() => response.writeHead(302, { location: "/again" }).end(), 150);
    }],
  ] as readonly (readonly [string, RequestListener])[]
) {
  Deno.test(`httpsImageFetcher() times out on ${response}`, async () => {
    await using server = await serveHttps(answer);
    const names = { "photos.example.org": [[PUBLIC]] };
    const { fetch } = fetcherOf(server, names, { timeoutMs: 300 });
    const { code, message } = await refusalOf(fetch(URL_OF_IMAGE));
    assertEquals(code, "url-failed");
    assertStringIncludes(message, "300 ms");
  });
}

Deno.test("httpsImageFetcher() times out on a resolver that never answers", async () => {
  await using server = await serveHttps(giveImage);
  const resolve = () => new Promise<never>(() => {});
  const { fetch } = fetcherOf(server, {}, { resolve, timeoutMs: 100 });
  assertStringIncludes((await refusalOf(fetch(URL_OF_IMAGE))).message, "100 ms");
});

Deno.test("httpsImageFetcher() stops when the client is gone", async () => {
  const client = new AbortController();
  await using server = await serveHttps(() => client.abort());
  const { fetch } = fetcherOf(server, { "photos.example.org": [[PUBLIC]] });
  const { code, message } = await refusalOf(fetch(URL_OF_IMAGE, client.signal));
  assertEquals(code, "url-failed");
  assertStringIncludes(message, "gone");
});

Deno.test("httpsImageFetcher() refuses certificates of another name and untrusted ones", async () => {
  await using server = await serveHttps(giveImage);
  const names = { "photos.example.org": [[PUBLIC]], "unnamed.example.com": [[PUBLIC]] };
  const other = fetcherOf(server, names);
  assertStringIncludes(
    (await refusalOf(other.fetch("https://unnamed.example.com/"))).message,
    "ALTNAME",
  );
  const untrusting = fetcherOf(server, names, { ca: undefined });
  assertEquals((await refusalOf(untrusting.fetch(URL_OF_IMAGE))).code, "url-failed");
  assertEquals(server.requests.length, 0);
});

Deno.test("httpsImageFetcher() tries the next IP address of a host when a connection fails", async () => {
  await using server = await serveHttps(giveImage);
  const closed = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = closed.addr;
  closed.close();
  const { fetch } = fetcherOf(server, { "photos.example.org": [[PUBLIC, OTHER_PUBLIC]] }, {
    connect: (address) => ({
      host: "127.0.0.1",
      port: address === PUBLIC ? port : server.port,
    }),
  });
  assertEquals(await fetch(URL_OF_IMAGE), IMAGE);
});

Deno.test("httpsImageFetcher() fetches from allowed hosts only, and never from a denied one", async () => {
  await using server = await serveHttps(giveImage);
  const names = {
    "photos.example.org": [[PUBLIC]],
    "other.example.org": [[PUBLIC]],
    "cdn.example.net": [[PUBLIC]],
  };
  const allow = ["*.example.org"];
  const deny = ["other.example.org"];
  const { fetch, resolved } = fetcherOf(server, names, { allow, deny });
  assertEquals(await fetch("https://photos.example.org/"), IMAGE);
  assertEquals(await fetch("https://photos.example.org./"), IMAGE);
  for (
    const host of [
      ...["other.example.org", "OTHER.example.org.", "cdn.example.net", "example.org"],
      ...["evilexample.org", "photos.example.org.cdn.example.net"],
    ]
  ) {
    assertEquals((await refusalOf(fetch(`https://${host}/`))).code, "url-not-allowed", host);
  }
  assertEquals(resolved.length, 2);
});

Deno.test("httpsImageFetcher() uses the system's resolver, which knows no name without a network", async () => {
  const fetcher = httpsImageFetcher({ maxBytes: 1000, timeoutMs: 20_000 });
  const { code } = await refusalOf(fetcher.fetch("https://no-such-host.example.org/"));
  assertEquals(code, "url-not-allowed");
});

/** Answers that never end, by what the server does with a connection or a request. */
const HOSTILE: readonly (readonly [name: string, answer: RequestListener])[] = [
  ["stays silent", () => {}],
  ["switches protocols", (_, response) => {
    response.socket?.write(
      "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    );
  }],
  ["sends headers without end", (_, response) => {
    const { socket } = response;
    socket?.write("HTTP/1.1 200 OK\r\n");
    drip(socket, "a: b\r\n");
  }],
  ["sends 100 Continue without end", (_, response) => {
    drip(response.socket, "HTTP/1.1 100 Continue\r\n\r\n");
  }],
  ["drips its body", (_, response) => {
    response.writeHead(200, { "content-length": "9000" });
    drip(response, "x");
  }],
  ["stops after half of its body", (_, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write(IMAGE.subarray(0, 500));
  }],
];

/** Writes a text every 20 ms until the connection is closed. */
function drip(
  to: { write(text: string): unknown; once(event: "close", stop: () => void): unknown } | null,
  text: string,
) {
  const timer = setInterval(() => to?.write(text), 20);
  to?.once("close", () => clearInterval(timer));
}

for (const [name, answer] of HOSTILE) {
  Deno.test(`httpsImageFetcher() ends with its timeout at a host that ${name}`, async () => {
    await using server = await serveHttps((request, response) => {
      request.socket.on("error", () => {});
      answer(request, response);
    });
    const names = { "photos.example.org": [[PUBLIC]] };
    const { fetch } = fetcherOf(server, names, { timeoutMs: 300 });
    const error = await assertEnds(3000, refusalOf(fetch(URL_OF_IMAGE)));
    assertEquals(error.code, "url-failed");
  });

  Deno.test(`httpsImageFetcher() ends with its caller at a host that ${name}`, async () => {
    await using server = await serveHttps((request, response) => {
      request.socket.on("error", () => {});
      answer(request, response);
    });
    const { fetch } = fetcherOf(server, { "photos.example.org": [[PUBLIC]] }, {
      timeoutMs: 60_000,
    });
    const signal = AbortSignal.timeout(300);
    const error = await assertEnds(3000, refusalOf(fetch(URL_OF_IMAGE, signal)));
    assertEquals(error.code, "url-failed");
  });
}

Deno.test("httpsImageFetcher() ends with its timeout at a host that accepts and never speaks TLS", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const names = { "photos.example.org": [[PUBLIC]] };
  const { fetch } = fetcherOf({ port: listener.addr.port } as HttpsServer, names, {
    timeoutMs: 300,
  });
  const error = await assertEnds(3000, refusalOf(fetch(URL_OF_IMAGE)));
  assertEquals(error.code, "url-failed");
  (await accepted).close();
});

Deno.test("httpsImageFetcher() reports bytes as they arrive, and ends when they may not be taken", async () => {
  await using server = await serveHttps(giveImage);
  const fetcher = (onBytes: (bytes: number) => void) => {
    const { resolve, connect } = {
      resolve: () => Promise.resolve([PUBLIC]),
      connect: () => ({ host: "127.0.0.1", port: server.port }),
    };
    return httpsImageFetcher({
      maxBytes: 10_000,
      timeoutMs: 5000,
      ca: CERTIFICATE,
      resolve,
      connect,
    })
      .fetch(URL_OF_IMAGE, undefined, onBytes);
  };
  let taken = 0;
  await fetcher((bytes) => void (taken += bytes));
  assertEquals(taken, IMAGE.length);
  const full = new DomainError("busy", "no memory is left");
  assertEquals(
    await refusalOf(fetcher(() => {
      throw full;
    })),
    full,
  );
});
