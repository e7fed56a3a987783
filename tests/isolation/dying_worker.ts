// Loads immediately and crashes on the first image, like an engine that runs out of memory.
const port = globalThis as unknown as {
  postMessage(message: unknown): void;
  onmessage: (event: MessageEvent<{ kind: "load" | "detect" }>) => void;
};
port.onmessage = ({ data }) => {
  if (data.kind === "detect") throw new Error("out of memory");
  port.postMessage({
    kind: "ready",
    model: { id: "dying" },
    engine: { provider: "wasm", threads: 1, reason: "asked for wasm" },
  });
};
