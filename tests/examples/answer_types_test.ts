import { assert, assertEquals } from "@std/assert";
import { OPENAPI } from "../../routes/reference/document.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** JSON schema, as far as the types of the examples need it. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const { schemas } = JSON.parse(OPENAPI).components as {
  readonly schemas: Readonly<Record<string, Schema>>;
};

Deno.test("examples/kotlin generates every type of an answer", async () => {
  const pom = await Deno.readTextFile(new URL("kotlin/pom.xml", EXAMPLES));
  const listed = pom.match(/<models>(.*)<\/models>/)![1]!.split(",");
  assertEquals(typesOf("DetectResult").filter((name) => !listed.includes(name)), []);
});

Deno.test("the types of examples/swift match the OpenAPI document", async () => {
  const path = new URL("swift/Sources/DetectClient/Detector.swift", EXAMPLES);
  const structs = structsOf(await Deno.readTextFile(path));
  const { image, detections } = schemas.DetectResult!.properties!;
  const pairs: readonly (readonly [struct: string, schema: Schema | undefined])[] = [
    ["Answer", schemas.DetectResult],
    ["Size", image],
    ["Detection", schemas[detections!.items!.$ref!.split("/").at(-1)!]],
    ["Box", schemas.Detection!.properties!.box],
    ["Problem", schemas.Problem],
  ];
  for (const [name, schema] of pairs) {
    const fields = Object.entries(structs[name]!);
    assert(fields.length > 1, name);
    for (const [field, type] of fields) {
      assert(schema!.required!.includes(field), `${name}.${field} may be missing`);
      assertEquals(type, swiftType(schema!.properties![field]!), `${name}.${field}`);
    }
  }
});

Deno.test("structsOf() would find a wrong type", () => {
  const source = "public struct Box: Codable {\n    public let xmin: Int\n}\n";
  assertEquals(structsOf(source), { Box: { xmin: "Int" } });
});

/** Returns the names that openapi-generator gives to a schema and to those inside it. */
function typesOf(name: string): string[] {
  const names = new Set<string>();
  const add = (name: string, schema: Schema) => {
    if (names.has(name)) return;
    names.add(name);
    for (const [field, inner] of Object.entries(schema.properties ?? {})) {
      visit(`${name}_${field}`, inner);
    }
  };
  const visit = (name: string, { $ref, items, anyOf = [], ...schema }: Schema): void => {
    const component = $ref?.split("/").at(-1);
    if (component !== undefined) add(component, schemas[component]!);
    else if (items !== undefined) visit(`${name}_inner`, items);
    else if (schema.properties !== undefined) add(name, schema);
    for (const each of anyOf) visit(name, each);
  };
  add(name, schemas[name]!);
  return [...names];
}

/** Returns the fields of each struct with their types. */
function structsOf(source: string): Record<string, Record<string, string>> {
  const structs: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  const open: Record<string, string>[] = [];
  for (const line of source.split("\n")) {
    const name = line.match(/struct (\w+)[^{]*Codable[^{]*\{/)?.[1];
    const field = line.match(/^ *public let (\w+): (.+)$/);
    if (name !== undefined) {
      open.push(current);
      structs[name] = current = {};
    } else if (field) current[field[1]!] = field[2]!;
    else if (/^ *\}$/.test(line)) current = open.pop() ?? {};
  }
  return structs;
}

/** Returns the Swift type of a value with a schema. */
function swiftType({ $ref, type, items, properties }: Schema): string {
  if ($ref !== undefined) return $ref.split("/").at(-1)!;
  if (items !== undefined) return `[${swiftType(items)}]`;
  if (properties !== undefined) return "xmin" in properties ? "Box" : "Size";
  return { string: "String", integer: "Int", number: "Double" }[type!] ?? "";
}
