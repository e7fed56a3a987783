import type { ReactElement } from "react";
import { DetectScreen } from "./src/DetectScreen.tsx";

/** URL of the server. A phone cannot reach 127.0.0.1 of your computer: use its IP address. */
const SERVER = process.env.EXPO_PUBLIC_DETECT_SERVER ??
  "http://192.168.0.2:8000";

export default function App(): ReactElement {
  return <DetectScreen server={SERVER} />;
}
