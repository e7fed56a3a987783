export { default } from "retinanet-edge/deno";
