/// <reference lib="deno.worker" />
import { ATTACKS } from "./attacks.ts";
import { URL_ATTACKS } from "./url_attacks.ts";

// Attacks run on a thread of their own, which does not delay the polite clients.
self.onmessage = async ({ data: { name, url, seconds } }) => {
  await { ...ATTACKS, ...URL_ATTACKS }[name]!(url, seconds);
  self.postMessage(null);
};
