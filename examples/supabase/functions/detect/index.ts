// Forwards a photo to a detection server. Clients do not see the API key of that server.

const MAX_MS = 30_000;

Deno.serve(async (request) => {
  if (request.method !== "POST") {
    return Response.json({ code: "method-not-allowed" }, {
      status: 405,
      headers: { allow: "POST" },
    });
  }
  const { search } = new URL(request.url);
  const headers = new Headers({ authorization: `Bearer ${Deno.env.get("DETECT_KEY")}` });
  const type = request.headers.get("content-type");
  if (type !== null) headers.set("content-type", type);
  try {
    const answer = await fetch(new URL(`/detect${search}`, Deno.env.get("DETECT_SERVER")), {
      method: "POST",
      headers,
      body: request.body,
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(MAX_MS)]),
    });
    return new Response(answer.body, {
      status: answer.status,
      headers: { "content-type": answer.headers.get("content-type") ?? "application/json" },
    });
  } catch (error) {
    console.error(error);
    return Response.json({ code: "unreachable" }, { status: 502 });
  }
});
