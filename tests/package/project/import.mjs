const globals = new Set(Reflect.ownKeys(globalThis));
const resources = process.getActiveResourcesInfo?.() ?? [];
await import("retinanet-edge");
// Resources of the import itself are closed in the next turns of the event loop.
await new Promise((resolve) => setTimeout(resolve));
const opened = (process.getActiveResourcesInfo?.() ?? []).filter((name) =>
  !resources.includes(name) && name !== "CloseReq"
);
console.log(JSON.stringify({
  globals: Reflect.ownKeys(globalThis).filter((key) => !globals.has(key)).map(String),
  resources: opened,
}));
