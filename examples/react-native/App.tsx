import type { ReactElement } from "react";
import { DetectScreen } from "./src/DetectScreen.tsx";

/** The server; a phone does not reach the computer's own 127.0.0.1, so give its address here. */
const SERVER = process.env.EXPO_PUBLIC_DETECT_SERVER ??
  "http://192.168.0.2:8000";

export default function App(): ReactElement {
  return <DetectScreen server={SERVER} />;
}
