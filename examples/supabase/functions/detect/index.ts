// Forwards a photo to a detection server. Clients do not see the API key of that server.

const MAX_MS = 30_000;

// Header fields to pass on. Clients retry 429 and 503 after Retry-After.
const TO_SERVER = ["content-type", "content-encoding"];
const TO_CLIENT = ["content-type", "retry-after"];

Deno.serve(async (request) => {
  if (request.method !== "POST") {
    return Response.json({ code: "method-not-allowed" }, {
      status: 405,
      headers: { allow: "POST" },
    });
  }
  const { search } = new URL(request.url);
  const headers = picked(request.headers, TO_SERVER);
  headers.set("authorization", `Bearer ${Deno.env.get("DETECT_KEY")}`);
  try {
    const answer = await fetch(new URL(`/detect${search}`, Deno.env.get("DETECT_SERVER")), {
      method: "POST",
      headers,
      body: request.body,
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(MAX_MS)]),
    });
    return new Response(answer.body, {
      status: answer.status,
      headers: picked(answer.headers, TO_CLIENT),
    });
  } catch (error) {
    console.error(error);
    return Response.json({ code: "unreachable" }, { status: 502 });
  }
});

function picked(headers: Headers, names: string[]): Headers {
  return new Headers([...headers].filter(([name]) => names.includes(name)));
}
