import { handler, start } from "retinanet-edge/lambda";

await start();

export { handler };
