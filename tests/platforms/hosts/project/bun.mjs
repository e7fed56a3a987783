import { bunServer } from "retinanet-edge/bun";

export default await bunServer();
