import { html } from "hono/html";
import type { OpenApiDocument } from "./document.ts";

/** Part of the document that the page shows. */
// deno-lint-ignore no-explicit-any -- JSON of a document that a linter has checked
type Json = any;
type Html = ReturnType<typeof html>;

const METHODS = ["get", "post"] as const;

/** Colours of the page at `/`, for light and dark colour schemes. */
const THEME = Deno.readTextFileSync(new URL("../../page/theme.css", import.meta.url))
  .replaceAll(/\s+/g, " ").trim();

/** Style sheet of the page. It follows the colour scheme of the reader. */
export const STYLE = `
${THEME}
body { background: var(--page); color: var(--text); margin: 0 auto; padding: 1.5rem; max-width: 60rem; font: 16px/1.5 system-ui, sans-serif; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { margin-top: 2rem; font-size: 1.05rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
nav ul { columns: 18rem; padding: 0; list-style: none; }
nav li { break-inside: avoid; }
.method { display: inline-block; min-width: 3.2em; padding: .1em .4em; border-radius: .3em; background: var(--card); border: 1px solid var(--line); text-align: center; text-transform: uppercase; font: 700 .8em ui-monospace, monospace; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border: 1px solid var(--line); }
thead th { background: var(--card); }
pre { padding: .8rem; background: var(--card); border: 1px solid var(--line); overflow-x: auto; }
`.trim();

/** Renders the reference page: one HTML document without scripts and further files. */
export async function referencePage(document: OpenApiDocument): Promise<string> {
  const { info, tags = [], components = {} } = document;
  const operations = operationsOf(document);
  const page = await html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>API of ${info.title}</title>
        <style>STYLE</style>
      </head>
      <body>
        <header><h1>API of ${info.title} ${info.version}</h1>
    ${text(info.description)}
    <p>For programs: <a href="openapi.json">openapi.json</a>, an OpenAPI ${document
      .openapi} document.</p>
        </header>
        <nav aria-label="Operations">
          <ul>${operations.map(({ method, path, operation }) =>
            html`<li><a href="#${operation.operationId}"><code>${method} ${path}</code></a></li>`
          )}</ul>
        </nav>
        <main>
    ${tags.map(({ name, description }) =>
      html`<section><h2>${name}</h2>${text(description)}${
        operations.filter(({ operation }) => operation.tags[0] === name).map((each) =>
          operationHtml(each, components)
        )
      }</section>`
    )}
    <section><h2>Keys</h2><p>A server with API keys accepts a key in one of these ways. Health checks,
    <code>/openapi.json</code> and this page need none.</p><ul>
    <li><code>Authorization: Bearer KEY</code></li><li><code>X-API-Key: KEY</code></li></ul></section>
    <section><h2>Schemas</h2>${Object.entries(components.schemas ?? {}).map((
      [name, schema]: [string, Json],
    ) =>
      html`<h3 id="schema-${name}">${name}</h3>${text(schema.description)}${schemaHtml(schema)}`
    )}</section>
        </main>
      </body>
    </html>
  `;
  return String(page).replaceAll(/\n+/g, "\n").replace("STYLE", STYLE);
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: Json;
}

function operationsOf({ paths = {} }: OpenApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, item]: [string, Json]) =>
    METHODS.filter((method) => method in item).map((method) => {
      return { method: method.toUpperCase(), path, operation: item[method] };
    })
  );
}

function operationHtml({ method, path, operation }: Operation, components: Json): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  return html`<article><h3 id="${operationId}"><span class="method">${method}</span>
<code>${path}</code></h3><p>${summary}.</p>${text(description)}
${
    table(
      "Parameters",
      ["name", "in", "type", "meaning"],
      parameters.map((each: Json) => [
        code(each.name),
        each.in,
        typeHtml(each.schema),
        each.description,
      ]),
    )
  }
${table("Body", ["content type", "content"], contentRows(requestBody))}
${
    table(
      "Responses",
      ["status", "meaning", "content"],
      Object.entries(responses).map(([status, given]: [string, Json]) => {
        const response = resolved(given, components);
        const rows = contentRows(response);
        return [
          status,
          text(response.description),
          rows.map(([type, content]) =>
            html`
              ${type} ${content}
            `
          ),
        ];
      }),
    )
  }</article>`;
}

function contentRows(holder: Json): (Html | string)[][] {
  return Object.entries(holder?.content ?? {}).map(([type, { schema }]: [string, Json]) => {
    return [code(type), schema.properties ? schemaHtml(schema) : typeHtml(schema)];
  });
}

function schemaHtml(schema: Json): Html | "" {
  const { properties, required = [], example } = schema;
  if (properties === undefined) return html`<p>${typeHtml(schema)}</p>`;
  const rows = Object.entries(properties).map(([name, each]: [string, Json]) => [
    html`<code>${name}</code>${required.includes(name) ? "" : " (optional)"}`,
    typeHtml(each),
    each.description ?? "",
  ]);
  return html`${table("", ["field", "type", "meaning"], rows)}${
    example === undefined ? "" : html`<pre>${JSON.stringify(example, null, 2)}</pre>`
  }`;
}

/** Describes the type of a value in words, with links to named schemas. */
function typeHtml(schema: Json): Html | string {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.allOf) return typeHtml(schema.allOf[0]);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && !schema.properties) {
    return html`${
      choices.map((each: Json, i: number) => html`${i ? " or " : ""}${typeHtml(each)}`)
    }`;
  }
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.join(", ");
  if (schema.type === "array") {
    return schema.items ? html`list of ${typeHtml(schema.items)}` : "list";
  }
  if (schema.properties) return html`object: ${Object.keys(schema.properties).join(", ")}`;
  if (schema.format === "binary") return "file";
  return (schema.type ?? "any value") + range(schema);
}

function range({ minimum, maximum }: Json): string {
  if (minimum === undefined && maximum === undefined) return "";
  if (maximum === undefined) return `, at least ${minimum}`;
  return minimum === undefined ? `, at most ${maximum}` : `, ${minimum} to ${maximum}`;
}

function table(caption: string, head: readonly string[], rows: readonly unknown[][]): Html | "" {
  if (rows.length === 0) return "";
  return html`
    <div class="scroll">
      <table>${caption && html`<caption>${caption}</caption>`}<thead><tr>${head.map((each) =>
        html`<th scope="col">${each}</th>`
      )}</tr></thead><tbody>${rows.map((row) =>
        html`<tr>${row.map((cell) => html`<td>${cell as Html}</td>`)}</tr>`
      )}</tbody></table>
    </div>
  `;
}

/** Renders text with code in backticks, a paragraph per blank line. */
function text(source = ""): Html {
  return html`${
    source.split("\n\n").filter(Boolean).map((paragraph) =>
      html`<p>${paragraph.split("`").map((part, i) => i % 2 ? code(part) : part)}</p>`
    )
  }`;
}

function code(value: string): Html {
  return html`<code>${value}</code>`;
}

function resolved(value: Json, components: Json): Json {
  return value.$ref ? components.responses[value.$ref.split("/").at(-1)] : value;
}
