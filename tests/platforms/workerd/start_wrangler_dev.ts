import type { Workerd } from "./start_workerd.ts";
import { runWrangler, wrangler } from "./wrangler.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Options of {@linkcode startWranglerDev}. */
export interface BucketWorkerOptions {
  /** Variables and secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Objects of the bucket, by key. */
  readonly bucket: Readonly<Record<string, string | Uint8Array>>;
}

/** Starts `worker.ts` with `wrangler dev`: workerd with wrangler's own R2, as workerd has none. */
export async function startWranglerDev(
  { environment, bucket }: BucketWorkerOptions,
): Promise<Workerd> {
  const folder = await Deno.makeTempDir({ prefix: "wrangler-" });
  const config = `${folder}/wrangler.toml`;
  const state = ["--config", config, "--persist-to", `${folder}/state`];
  await Deno.writeTextFile(config, configOf(environment));
  for (const [key, content] of Object.entries(bucket)) {
    const file = `${folder}/object`;
    await (typeof content === "string" ? Deno.writeTextFile : Deno.writeFile)(
      file,
      content as never,
    );
    await runWrangler([
      "r2",
      "object",
      "put",
      `models/${key}`,
      "--file",
      file,
      "--local",
      ...state,
    ]);
  }
  const process = wrangler(["dev", "--ip", "127.0.0.1", "--port", "0", ...state]).spawn();
  const ended = process.stderr.pipeTo(new WritableStream());
  return {
    url: await readyUrl(process.stdout),
    async [Symbol.asyncDispose]() {
      process.kill();
      await process.status;
      await ended;
      await process.stdout.cancel();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function configOf(environment: Readonly<Record<string, string>>): string {
  const variables = Object.entries(environment).map(([name, value]) =>
    `${name} = ${JSON.stringify(value)}`
  );
  return `name = "retinanet-edge"
main = "${ROOT}src/platforms/workerd/worker.ts"
compatibility_date = "2026-10-01"
[[r2_buckets]]
binding = "MODELS_BUCKET"
bucket_name = "models"
[vars]
${variables.join("\n")}
`;
}

/** Reads the URL that wrangler prints. */
async function readyUrl(stdout: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stdout.values({ preventCancel: true })) {
    text += new TextDecoder().decode(chunk);
    const url = text.match(/Ready on (http:\S+)/)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`wrangler dev did not start: ${text}`);
}
