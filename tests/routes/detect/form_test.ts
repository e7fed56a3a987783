import { assertEquals } from "@std/assert";
import { bytesOf, joinBytes } from "../../image/formats/bytes_of.ts";
import { seededRandom } from "../../random.ts";
import { assertCpuTime, assertProblem } from "../../testing.ts";
import { damaged } from "../damaged.ts";
import { post, problemOf, quickApp, type Seen } from "../quick_app.ts";

/** Start of a JPEG, with bytes that a careless parser takes for a delimiter. */
const IMAGE = bytesOf("\xff\xd8\xff\xe0\0\x10JFIF\0\r\n--\r\n--Xb\r\n");

const SCORE = 'Content-Disposition: form-data; name="score"';

const DISPOSITION = 'Content-Disposition: form-data; name="image"; filename="a.jpg"';

/** Builds a form with the boundary XbX of one part, the image. */
function formOf(headers: string | Uint8Array, start = "", end = "--\r\n"): Uint8Array<ArrayBuffer> {
  const head = typeof headers === "string" ? new TextEncoder().encode(headers) : headers;
  return joinBytes(
    ...[bytesOf(`${start}--XbX\r\n`), head, bytesOf("\r\n\r\n"), IMAGE],
    bytesOf(`\r\n--XbX${end}`),
  );
}

function typed(body: BodyInit, boundary = "XbX"): RequestInit {
  return post(body, { "content-type": `multipart/form-data; boundary=${boundary}` });
}

for (
  const [what, body, boundary = "XbX"] of [
    ["a part as curl and browsers send it", formOf(`${DISPOSITION}\r\nContent-Type: image/jpeg`)],
    [
      "names without quotes, as .NET sends them",
      formOf(
        "Content-Disposition: form-data; name=image; filename=a.jpg; filename*=utf-8''a.jpg",
      ),
      '"XbX"',
    ],
    [
      "filename before name",
      formOf('Content-Disposition: form-data; filename="a.jpg"; name="image"'),
    ],
    [
      "filename* alone",
      formOf(
        "Content-Disposition: form-data; name=\"image\"; filename*=UTF-8''ph%C3%B6to.jpg",
      ),
    ],
    [
      "filename* in Latin-1",
      formOf(
        "Content-Disposition: form-data; name=\"image\"; filename*=ISO-8859-1''ph%F6to.jpg",
      ),
    ],
    [
      "filename and filename*, as React Native sends them",
      formOf(
        'content-disposition: form-data; name="image"; filename="a.jpg"; filename*=utf-8\'\'a.jpg',
      ),
    ],
    [
      "parameters and headers in capitals",
      formOf('CONTENT-DISPOSITION: FORM-DATA; Name="image"; FileName="a.jpg"'),
    ],
    ["headers without spaces", formOf('content-disposition:form-data;name="image";filename="a"')],
    [
      "spaces around the equals sign",
      formOf('content-disposition: form-data; name = "image"; filename = "a"'),
    ],
    [
      "an empty file name",
      formOf('Content-Disposition: form-data; name="image"; filename=""'),
    ],
    [
      "a file name in UTF-8",
      formOf('Content-Disposition: form-data; name="image"; filename="фото.jpg"'),
    ],
    [
      "a file name in Latin-1",
      formOf(bytesOf('Content-Disposition: form-data; name="image"; filename="ph\xf6to.jpg"')),
    ],
    [
      "a file name with another name in it",
      formOf('Content-Disposition: form-data; filename="a; name=score.jpg"; name="image"'),
    ],
    [
      "a file name with escaped quotes",
      formOf('Content-Disposition: form-data; filename="\\"; name=\\"score"; name="image"'),
    ],
    [
      "no file name but the type of an image",
      formOf('Content-Disposition: form-data; name="image"\r\nContent-Type: image/jpeg'),
    ],
    [
      "no file name but the type of binary data",
      formOf(
        'Content-Disposition: form-data; name="image"\r\nContent-Type: application/octet-stream',
      ),
    ],
    [
      "neither file name nor type but bytes that are no text",
      formOf('Content-Disposition: form-data; name="image"'),
    ],
    [
      "the type of a text but bytes that are none",
      formOf('Content-Disposition: form-data; name="image"\r\nContent-Type: text/plain'),
    ],
    [
      "a file that was not chosen beside one that was",
      formOf(
        DISPOSITION,
        `--XbX\r\n${
          DISPOSITION.replace("a.jpg", "")
        }\r\nContent-Type: application/octet-stream\r\n\r\n\r\n`,
      ),
    ],
    [
      "empty fields, as a page sends inputs that were left empty",
      formOf(
        DISPOSITION,
        ["score", "classes", 'file"; filename="'].map((name) =>
          `--XbX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n\r\n`
        ).join(""),
      ),
    ],
    [
      "a header in several lines",
      formOf('Content-Disposition: form-data;\r\n name="image";\r\n\tfilename="a.jpg"'),
    ],
    [
      "spaces around the equals sign of the boundary",
      formOf(DISPOSITION),
      '"XbX"; charset = utf-8',
    ],
    ["a preamble", formOf(DISPOSITION, "This is a form.\r\n")],
    ["a line break before the first delimiter", formOf(DISPOSITION, "\r\n")],
    ["an epilogue", formOf(DISPOSITION, "", `--\r\nThe end.\r\n--XbX\r\n${DISPOSITION}\r\n\r\n`)],
    ["a bare LF after the last delimiter", formOf(DISPOSITION, "", "--\n")],
    ["nothing after the last delimiter", formOf(DISPOSITION, "", "--")],
    [
      "spaces after its delimiters",
      joinBytes(
        ...[bytesOf(`--XbX \t\r\n${DISPOSITION}\r\n\r\n`), IMAGE],
        bytesOf("\r\n--XbX-- \r\n"),
      ),
    ],
  ] as const
) {
  Deno.test(`POST /detect reads a form with ${what}`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const response = await app.request("/detect", typed(body, boundary));
    assertEquals(response.status, 200, await response.text());
    assertEquals(seen.map(({ bytes }) => bytes), [IMAGE]);
  });
}

Deno.test("POST /detect decodes options that their parts declare as base64", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({}, seen);
  // As Python's email.mime writes MIMEText("0.9", "plain", "utf-8").
  const option = (text: string) =>
    '--XbX\r\nContent-Type: text/plain; charset="utf-8"\r\n' +
    `Content-Transfer-Encoding: base64\r\n${SCORE}\r\n\r\n${text}\r\n`;
  const response = await app.request("/detect", typed(formOf(DISPOSITION, option("MC45\n"))));
  assertEquals(response.status, 200, await response.text());
  assertEquals(seen, [{ bytes: IMAGE, options: { scoreThreshold: 0.9 } }]);
  const wrong = app.request("/detect", typed(formOf(DISPOSITION, option("0.9"))));
  await assertProblem(wrong, 400, "malformed-request", '"score" must be base64');
});

Deno.test("POST /detect says that lines of a form must end with CR and LF", async () => {
  const body = bytesOf('--XbX\nContent-Disposition: form-data; name="image"\n\nabc\n--XbX--\n');
  const sent = (await quickApp()).request("/detect", typed(body));
  await assertProblem(sent, 400, "malformed-request", "CR and LF");
});

for (
  const type of [
    ...["multipart/form-data; boundary = XbX", "Multipart/Form-Data; charset=utf-8; Boundary=XbX"],
    // OkHttp's MultipartBody.Builder is multipart/mixed unless its type is set.
    ...["multipart/mixed; boundary=XbX", "multipart/related; type=a; boundary=XbX"],
    // Deno joins a header that was sent twice, Node takes the first.
    "multipart/form-data; boundary=XbX, multipart/form-data; boundary=XbX",
    'multipart/form-data; boundary="XbX", multipart/form-data; boundary="XbX"',
  ]
) {
  Deno.test(`POST /detect reads a form of type ${type}`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const body = post(formOf(DISPOSITION), { "content-type": type });
    assertEquals((await app.request("/detect", body)).status, 200);
    assertEquals(seen.map(({ bytes }) => bytes), [IMAGE]);
  });
}

for (
  const [what, text] of [
    ["base64", IMAGE.toBase64()],
    ["base64 in lines", IMAGE.toBase64().replace(/.{20}/g, "$&\r\n")],
    ["a data URL, as canvas.toDataURL() writes it", `data:image/png;base64,${IMAGE.toBase64()}`],
  ] as const
) {
  Deno.test(`POST /detect reads a form whose image is ${what}`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const body = new FormData();
    body.set("image", text);
    body.set("max", "3");
    assertEquals((await app.request("/detect", { method: "POST", body })).status, 200);
    assertEquals(seen, [{ bytes: IMAGE, options: { max: 3 } }]);
  });
}

Deno.test("POST /detect decodes a file of a form that is declared as base64, unless it is none", async () => {
  const headers = `--XbX\r\n${DISPOSITION}\r\nContent-Transfer-Encoding: BASE64\r\n\r\n`;
  for (const content of [bytesOf(IMAGE.toBase64().replace(/.{20}/g, "$&\r\n")), IMAGE]) {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const body = joinBytes(bytesOf(headers), content, bytesOf("\r\n--XbX--\r\n"));
    assertEquals((await app.request("/detect", typed(body))).status, 200);
    assertEquals(seen.map(({ bytes }) => bytes), [IMAGE]);
  }
});

Deno.test("POST /detect joins the classes of a form that repeats them", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({}, seen);
  const body = new FormData();
  body.set("image", new File([IMAGE], "a.jpg"));
  for (const list of ["cat", "bus, car", "", "apple"]) body.append("classes", list);
  assertEquals((await app.request("/detect", { method: "POST", body })).status, 200);
  assertEquals(seen[0]!.options, { classes: ["cat", "bus", "car", "apple"] });
});

Deno.test("POST /detect reads the options of a form whatever their type is", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({}, seen);
  const option = "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=";
  const start = `--XbX\r\n${option}score\r\n\r\n0.25\r\n--XbX\r\n${option}max\r\n\r\n3\r\n`;
  const response = await app.request("/detect", typed(formOf(DISPOSITION, start)));
  assertEquals(response.status, 200);
  assertEquals(seen[0]!.options, { scoreThreshold: 0.25, max: 3 });
});

for (
  const [what, field, detail] of [
    [
      "repeated",
      'name="score"\r\n\r\n0.5\r\n--XbX\r\nContent-Disposition: form-data; name="score"',
      ...[
        "2 times",
      ],
    ],
    ["a file", 'name="score"; filename="a.txt"', "a file"],
    ["unknown", 'name="scroe"', '"scroe" is no option; did you mean "score"?'],
  ] as const
) {
  Deno.test(`POST /detect refuses a form with an option that is ${what}`, async () => {
    const app = await quickApp();
    const start = `--XbX\r\nContent-Disposition: form-data; ${field}\r\n\r\n0.5\r\n`;
    const response = app.request("/detect", typed(formOf(DISPOSITION, start)));
    await assertProblem(response, 400, "invalid-option", detail);
  });
}

Deno.test("POST /detect refuses a form that ends early, wherever that is", async () => {
  const app = await quickApp();
  const body = formOf(`${DISPOSITION}\r\nContent-Type: image/jpeg`, "", "--");
  for (let length = 1; length < body.length; length++) {
    const response = await app.request("/detect", typed(body.subarray(0, length)));
    const problem = await problemOf(response);
    assertEquals(problem, [400, "malformed-request"], `${length} of ${body.length} bytes`);
  }
});

Deno.test("POST /detect survives 3,000 damaged forms", async () => {
  const app = await quickApp({
    log: (error) => {
      throw error;
    },
  });
  const option = '--XbX\r\nContent-Disposition: form-data; name="max"\r\n\r\n3\r\n';
  const whole = formOf(`${DISPOSITION}\r\nContent-Type: image/jpeg`, `\r\n${option}`);
  const next = seededRandom(11);
  const statuses = new Set<number>();
  for (let i = 0; i < 3000; i++) {
    const response = await app.request("/detect", typed(damaged(whole, next)));
    await response.arrayBuffer();
    statuses.add(response.status);
  }
  assertEquals(statuses, new Set([200, 400]));
});

for (
  const [what, headers, code, detail] of [
    ["a text for an image", 'Content-Disposition: form-data; name="image"', "wrong-field", "text"],
    ["no name", "Content-Disposition: form-data", "malformed-request", "broken"],
    ["no disposition", "Content-Type: image/jpeg", "malformed-request", "broken"],
    ["a header without a colon", `${DISPOSITION}\r\nContent-Type`, "malformed-request", "broken"],
    ["20 KB of headers", `${DISPOSITION}\r\nX: ${"x".repeat(20_000)}`, ...[
      "malformed-request" as const,
      "broken",
    ]],
  ] as const
) {
  Deno.test(`POST /detect refuses a form with ${what} with ${code}`, async () => {
    const app = await quickApp({ maxBytes: 100_000 });
    const body = `--XbX\r\n${headers}\r\n\r\nstreet.jpg\r\n--XbX--\r\n`;
    await assertProblem(app.request("/detect", typed(body)), 400, code, detail);
  });
}

for (
  const [what, body, type, code, details] of [
    [
      "no boundary in its type",
      formOf(DISPOSITION),
      "multipart/form-data",
      "malformed-request",
      ["must name the boundary", "Do not set the Content-Type"],
    ],
    [
      "another boundary in its type",
      formOf(DISPOSITION),
      "multipart/form-data; boundary=YcY",
      "malformed-request",
      ["broken", "does not occur"],
    ],
    ["no body", "", "multipart/form-data; boundary=XbX", "no-image", ["the form is empty"]],
    ["no part", "--XbX--\r\n", "multipart/form-data; boundary=XbX", "no-image", ["form is empty"]],
    [
      "an empty image",
      `--XbX\r\n${DISPOSITION}\r\n\r\n\r\n--XbX--`,
      "multipart/form-data; boundary=XbX",
      "no-image",
      ['"image" is empty'],
    ],
    ...["file", "upload", "photo", "images", "image[]", "Image"].map((name) =>
      [
        `the image in the field ${name}`,
        formOf(DISPOSITION.replace('"image"', `"${name}"`)),
        "multipart/form-data; boundary=XbX",
        "wrong-field",
        ['in the field "image"', `has "${name}"`, "-F image=@photo.jpg"],
      ] as const
    ),
    ...["undefined", "photo.jpg", "[object Object]", "C:\\fakepath\\a photo with a long name.jpg"]
      .map(
        (text) =>
          [
            `the text ${text} for an image`,
            `--XbX\r\nContent-Disposition: form-data; name="image"\r\n\r\n${text}\r\n--XbX--`,
            "multipart/form-data; boundary=XbX",
            "wrong-field",
            ["must be a file", "-F image=@photo.jpg", "enctype"],
          ] as const,
      ),
    [
      "a broken data URL for an image",
      '--XbX\r\nContent-Disposition: form-data; name="image"\r\n\r\ndata:image/png;base64,?\r\n--XbX--',
      "multipart/form-data; boundary=XbX",
      "malformed-request",
      ["base64"],
    ],
  ] as const
) {
  Deno.test(`POST /detect refuses a form with ${what}, and says what to do`, async () => {
    const app = await quickApp();
    const sent = app.request("/detect", post(body, { "content-type": type }));
    await assertProblem(sent, 400, code, ...details);
  });
}

Deno.test("POST /detect refuses a boundary that would slow its search down", async () => {
  const app = await quickApp({ maxBytes: 20_000_000 });
  for (const [boundary, fill] of [["x", "-"], ["x", "ab"], ["", "-"]] as const) {
    const long = boundary + fill.repeat(Math.floor(190 / fill.length));
    const file = fill.repeat(19_000_000 / fill.length);
    const body = `--${long}\r\n${DISPOSITION}\r\n\r\n${file}\r\n--${long}--\r\n`;
    const sent = () => app.request("/detect", typed(body, long));
    const response = await assertCpuTime(3000, sent);
    await assertProblem(response, 400, "malformed-request", "boundary");
  }
});
