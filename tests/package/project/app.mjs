import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { createApp, createDetector } from "retinanet-edge";

const detector = await createDetector({ model: "everyday8" });
const app = new Hono().route("/vision", createApp({ detector }));
const server = createServer(getRequestListener(app.fetch));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/vision/detect`;
const response = await fetch(url, { method: "POST", body: await readFile(process.argv[2]) });
const { detections } = await response.json();
console.log(JSON.stringify({
  status: response.status,
  labels: detections.map(({ label }) => label),
}));
server.close();
server.closeAllConnections();
await detector.close();
