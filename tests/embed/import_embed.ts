// Runs as a program without permissions: prints the globals that an import leaves behind.
import "ipaddr.js"; // a CommonJS module, for which Deno defines a global
const before = new Set(Reflect.ownKeys(globalThis));
await import("../../src/platforms/host/embed.ts");
const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key));
console.log(JSON.stringify(added.map(String)));
