import process from "node:process";
import { serve } from "retinanet-edge/node";

const server = await serve();
console.log(await server.started);
process.on("SIGTERM", () => server.stop());
