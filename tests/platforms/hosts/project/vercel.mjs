export { default } from "retinanet-edge/vercel";
