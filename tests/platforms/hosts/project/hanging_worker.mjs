// Worker process that hangs as soon as it gets a message.
import { serveProcess } from "./node_modules/retinanet-edge/src/platforms/host/process/serve_process.js";

await serveProcess(() => {
  while (true);
});
