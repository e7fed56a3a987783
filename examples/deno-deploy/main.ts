import detector from "retinanet-edge/deno";

const PAGE = `<!doctype html>
<title>Detect objects in a photo</title>
<form action="/detect" method="post" enctype="multipart/form-data">
  <input type="file" name="image" accept="image/*" required>
  <button>Detect</button>
</form>`;

export default {
  /** Serves an upload page at `/`, and the API at its own routes. */
  fetch(request: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> {
    if (new URL(request.url).pathname !== "/") return detector.fetch(request, info);
    return new Response(PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
