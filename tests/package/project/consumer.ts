import { createServer } from "node:http";
import { bunServer } from "retinanet-edge/bun";
import { createClient } from "retinanet-edge/client";
import deno from "retinanet-edge/deno";
import { handler } from "retinanet-edge/lambda";
import { createHandler, serve } from "retinanet-edge/node";
import vercel from "retinanet-edge/vercel";
import workers from "retinanet-edge/workers";
import "./page.js";

const { listener, close } = await createHandler({ MODEL: "everyday8" });
createServer(listener).listen(0);
await close();
const { url } = await serve();
const answer = await (await createClient(url).models.$get()).json();
console.log("code" in answer ? answer.detail : answer.default);
console.log(url.length, deno.fetch, vercel.fetch, workers.fetch, handler, bunServer);
