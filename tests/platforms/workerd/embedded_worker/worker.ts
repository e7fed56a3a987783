import {
  createApp,
  createDetector,
  DomainError,
  type EmbeddedDetector,
  type Fetcher,
} from "../../../../src/platforms/workerd/embed.ts";

let detector: Promise<EmbeddedDetector> | undefined;

/** User's Worker: routes of its own, and those of this project below `/objects`. */
export default {
  async fetch(request: Request, { ASSETS }: { readonly ASSETS: Fetcher }): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/unknown") return await unknownModel(ASSETS);
    const found = await (detector ??= openDetector(pathname === "/in-memory", ASSETS));
    if (pathname.startsWith("/objects/")) {
      const url = request.url.replace("/objects/", "/");
      return await createApp({ detector: found }).fetch(new Request(url, request));
    }
    const { detections } = await found.detect(request.body!, { scoreThreshold: 0.6 });
    return Response.json(detections);
  },
};

async function openDetector(inMemory: boolean, assets: Fetcher): Promise<EmbeddedDetector> {
  if (!inMemory) return await createDetector({ model: "everyday8", assets });
  const read = (file: string) => assets.fetch(`https://assets.local/${file}`);
  const manifest: unknown = await (await read("everyday8.json")).json();
  const graph = await (await read("everyday8.onnx")).arrayBuffer();
  return await createDetector({ model: { manifest, graph } });
}

/** Returns the error codes of a model without any store, and of an unknown id. */
async function unknownModel(assets: Fetcher): Promise<Response> {
  const tries = [{ model: "everyday8" }, { model: "nowhere", assets }];
  const codes = await Promise.all(
    tries.map((options) =>
      createDetector(options).then(() => "none", (error: unknown) => {
        return error instanceof DomainError ? error.code : String(error);
      })
    ),
  );
  return Response.json(codes);
}
