import detector from "retinanet-edge/deno";

const PAGE = `<!doctype html>
<title>What is in the photo?</title>
<form action="/detect" method="post" enctype="multipart/form-data">
  <input type="file" name="image" accept="image/*" required>
  <button>Look</button>
</form>`;

export default {
  /** A page at `/` to send a photo from, and the API beside it. */
  fetch(request: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> {
    if (new URL(request.url).pathname !== "/") return detector.fetch(request, info);
    return new Response(PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
