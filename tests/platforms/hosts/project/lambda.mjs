import { handler, start } from "retinanet-edge/lambda";

// Loads the models as the function starts, not with the first request.
await start();

export { handler };
