// Passes requests to the default export of a module, like Vercel.
import { createServer } from "node:http";
import process from "node:process";
import { Readable } from "node:stream";

const { default: module } = await import(`./${process.argv[2]}`);
const server = createServer(async (incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const body = method === "POST" ? Readable.toWeb(incoming) : undefined;
  const request = new Request(`http://host${url}`, { method, headers, body, duplex: "half" });
  const response = await module.fetch(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(new Uint8Array(await response.arrayBuffer()));
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
