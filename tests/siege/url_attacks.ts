import type { RequestListener } from "node:http";
import { CERTIFICATE, serveHttps } from "../platforms/host/fetch_image/https_server.ts";
import type { Attack } from "./attacks.ts";
import { clients, wait } from "./connection.ts";
import { PUBLIC_ADDRESS, REMOTE_HOST } from "./own_network.ts";

/** Settings of a server that fetches images from the remote host of the attacks. */
export async function urlSettings(): Promise<Record<string, string>> {
  const file = await Deno.makeTempFile({ suffix: ".pem" });
  await Deno.writeTextFile(file, CERTIFICATE);
  return { IMAGE_URLS: "on", NODE_EXTRA_CA_CERTS: file };
}

/** Behaviours of a remote host that keep a fetch waiting. */
const HOSTS: Readonly<Record<string, RequestListener>> = {
  "stays silent": () => {},
  "answers 101": (_, { socket }) => {
    socket?.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
  },
  "drips its body": (_, response) => {
    response.writeHead(200, { "content-length": "19000000" });
    response.write(new Uint8Array(1_000_000));
    drip(response, "x");
  },
  "sends headers without end": (_, { socket }) => {
    socket?.write("HTTP/1.1 200 OK\r\n");
    drip(socket, "a: b\r\n");
  },
  "sends 103 without end": (_, { socket }) => {
    drip(socket, "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
  },
  "redirects without end": ({ url }, response) => {
    response.writeHead(302, { location: `https://${REMOTE_HOST}${url}0` }).end();
  },
};

/** Attacks with images by URL, by name. They need the network of `own_network.ts`. */
export const URL_ATTACKS: Readonly<Record<string, Attack>> = {
  "no attack, images of 14 MB": (_, seconds) => wait(seconds),
  ...Object.fromEntries(
    Object.entries(HOSTS).map(([name, listener]) => [
      `20 images by URL of a host that ${name}`,
      async (url: string, seconds: number) => {
        await using remote = await serveHttps((request, response) => {
          request.socket.on("error", () => {});
          listener(request, response);
        }, { hostname: PUBLIC_ADDRESS, port: 443 });
        await askFor(url, async () => {
          await wait(seconds);
          for (let i = 0; i < 100 && remote.requests.length === 0; i++) await wait(0.1);
        });
        if (remote.requests.length === 0) throw new Error("The server did not fetch the images");
      },
    ]),
  ),
};

/** Asks a server for an image of the remote host, as 20 clients, again and again. */
async function askFor(url: string, until: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ url: `https://${REMOTE_HOST}/a` });
  const asking = clients(20, async () => {
    while (!signal.aborted) {
      const status = await fetch(`${url}/detect`, { method: "POST", headers, body, signal })
        .then(async (response) => (await response.arrayBuffer(), response.status), () => 0);
      if (status === 503) await wait(0.25);
    }
  });
  await until();
  over.abort();
  await asking;
}

/** Writes a text every 20 ms until the connection is closed. */
function drip(
  to: { write(text: string): unknown; once(event: "close", stop: () => void): unknown } | null,
  text: string,
) {
  const timer = setInterval(() => to?.write(text), 20);
  to?.once("close", () => clearInterval(timer));
}
