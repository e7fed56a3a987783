import { createServer } from "node:http";
import process from "node:process";
import { createHandler } from "retinanet-edge/node";

const { listener } = await createHandler();
const server = createServer(listener);
server.listen(Number(process.env.PORT), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
