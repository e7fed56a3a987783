// Run as a program of its own, without permissions: tells what an import leaves behind.
import "ipaddr.js"; // of CommonJS, for which Deno makes itself ready with a global
const before = new Set(Reflect.ownKeys(globalThis));
await import("../../src/platforms/host/embed.ts");
const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key));
console.log(JSON.stringify(added.map(String)));
