import { handler, start } from "retinanet-edge/lambda";

// Loads the model while the function starts, when Lambda assigns more CPU than later.
await start();

export { handler };
