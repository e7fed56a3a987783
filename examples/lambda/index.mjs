import { handler, start } from "retinanet-edge/lambda";

// The model loads while the function starts, when Lambda lends more CPU than it does later.
await start();

export { handler };
