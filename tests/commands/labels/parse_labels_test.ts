import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { assignLabels, type ClassFacts } from "../../../src/commands/labels/assign_labels.ts";
import { decodeText } from "../../../src/commands/labels/decode_text.ts";
import { parseLabels } from "../../../src/commands/labels/parse_labels.ts";

type Labels = readonly (string | null)[];

/** Labels of a text for a graph with `count` classes. */
function labelsOf(text: string, count: number): Labels {
  return assignLabels(parseLabels(text), { count, seen: [] }).labels;
}

const FOUR = ["cat", "dog", "bird", "fish"];

/** Texts that all name the same four classes. */
const SAME: Readonly<Record<string, string>> = {
  "lines": "cat\ndog\nbird\nfish\n",
  "lines without an end": "cat\ndog\nbird\nfish",
  "CRLF": "cat\r\ndog\r\nbird\r\nfish\r\n",
  "CR": "cat\rdog\rbird\rfish\r",
  "empty lines at the end": "cat\ndog\nbird\nfish\n\n\n \n",
  "empty lines between": "\ncat\n\ndog\n\nbird\n\nfish\n",
  "spaces and tabs around": "  cat \n\tdog\t\nbird \n fish\n",
  "comments": "# my classes\ncat\ndog # the animal\nbird\n# and\nfish\n",
  "0: name": "0: cat\n1: dog\n2: bird\n3: fish\n",
  "0:name": "0:cat\n1:dog\n2:bird\n3:fish\n",
  "0 name": "0 cat\n1 dog\n2 bird\n3 fish\n",
  "0 name, aligned": "  0   cat\n  1   dog\n  2   bird\n  3   fish\n",
  "0. name": "0. cat\n1. dog\n2. bird\n3. fish\n",
  "0) name": "0) cat\n1) dog\n2) bird\n3) fish\n",
  "0 = name": "0 = cat\n1 = dog\n2 = bird\n3 = fish\n",
  "1 name": "1 cat\n2 dog\n3 bird\n4 fish\n",
  "1: name": "1: cat\n2: dog\n3: bird\n4: fish\n",
  "name 0": "cat 0\ndog 1\nbird 2\nfish 3\n",
  "name: 0": "cat: 0\ndog: 1\nbird: 2\nfish: 3\n",
  "numbers in another order": "3: fish\n0: cat\n2: bird\n1: dog\n",
  "numbers with a tab": "0\tcat\n1\tdog\n2\tbird\n3\tfish\n",
  "one line": "cat, dog, bird, fish\n",
  "quoted lines with commas": '"cat",\n"dog",\n"bird",\n"fish",\n',
  "JSON list": '["cat","dog","bird","fish"]',
  "JSON list on lines": '[\n  "cat",\n  "dog",\n  "bird",\n  "fish"\n]\n',
  "JSON with a comma too many": '["cat", "dog", "bird", "fish",]',
  "Python list": "['cat', 'dog', 'bird', 'fish']",
  "Python dictionary": "{0: 'cat', 1: 'dog', 2: 'bird', 3: 'fish'}",
  "JSON by id": '{"0":"cat","1":"dog","2":"bird","3":"fish"}',
  "JSON by id from 1": '{"1":"cat","2":"dog","3":"bird","4":"fish"}',
  "JSON by name": '{"cat":0,"dog":1,"bird":2,"fish":3}',
  "JSON by name from 1": '{"cat":1,"dog":2,"bird":3,"fish":4}',
  "JSON by name, ids as text": '{"cat":"0","dog":"1","bird":"2","fish":"3"}',
  "JSON with id2label": '{"id2label":{"0":"cat","1":"dog","2":"bird","3":"fish"},' +
    '"label2id":{"cat":0,"dog":1,"bird":2,"fish":3},"num_labels":4}',
  "JSON with names": '{"nc":4,"names":["cat","dog","bird","fish"]}',
  "JSON by id to objects": '{"1":{"id":1,"name":"cat"},"2":{"id":2,"name":"dog"},' +
    '"3":{"id":3,"name":"bird"},"4":{"id":4,"name":"fish"}}',
  "COCO": '{"info":{},"images":[],"annotations":[],"categories":[{"id":1,"name":"cat"},' +
    '{"id":2,"name":"dog"},{"id":3,"name":"bird"},{"id":4,"name":"fish"}]}',
  "COCO, ids with gaps": '{"categories":[{"id":1,"name":"cat"},{"id":5,"name":"dog"},' +
    '{"id":7,"name":"bird","supercategory":"animal"},{"id":90,"name":"fish"}]}',
  "COCO, not sorted": '{"categories":[{"id":90,"name":"fish"},{"id":5,"name":"dog"},' +
    '{"id":7,"name":"bird"},{"id":1,"name":"cat"}]}',
  "COCO categories alone": '[{"id":0,"name":"cat"},{"id":1,"name":"dog"},' +
    '{"id":2,"name":"bird"},{"id":3,"name":"fish"}]',
  "objects without ids": '[{"name":"cat"},{"name":"dog"},{"name":"bird"},{"name":"fish"}]',
  "JSON lines": '{"id":0,"name":"cat"}\n{"id":1,"name":"dog"}\n{"id":2,"name":"bird"}\n' +
    '{"id":3,"name":"fish"}\n',
  "YAML names, dictionary": "path: data\nnames:\n  0: cat\n  1: dog\n  2: bird\n  3: fish\n",
  "YAML names, list": "train: a\nval: b\nnc: 4\nnames:\n  - cat\n  - dog\n  - bird\n  - fish\n",
  "YAML names, inline": "nc: 4\nnames: ['cat', 'dog', \"bird\", fish]  # four\n",
  "YAML list": "- cat\n- dog\n- bird\n- fish\n",
  "YAML list after a mark": "---\n- cat\n- dog\n- bird\n- fish\n",
  "YAML list by id": "- 0: cat\n- 1: dog\n- 2: bird\n- 3: fish\n",
  "CSV name,id": "cat,0\ndog,1\nbird,2\nfish,3\n",
  "CSV id,name": "0,cat\n1,dog\n2,bird\n3,fish\n",
  "CSV with a heading": "class,id\ncat,0\ndog,1\nbird,2\nfish,3\n",
  "CSV with more columns":
    "id,name,supercategory\n1,cat,pet\n2,dog,pet\n3,bird,wild\n4,fish,wild\n",
  "CSV with two columns of numbers": "id,name,count\n0,cat,9\n1,dog,8\n2,bird,7\n3,fish,6\n",
  "CSV with semicolons": "name;id\ncat;0\ndog;1\nbird;2\nfish;3\n",
  "CSV with quotes and CRLF": '"cat",0\r\n"dog",1\r\n"bird",2\r\n"fish",3\r\n',
  "pbtxt": 'item {\n  id: 1\n  name: "cat"\n}\nitem {\n  id: 2\n  name: "dog"\n}\n' +
    "item { id: 3 name: 'bird' }\nitem { name: \"fish\" id: 4 }\n",
  "pbtxt with display names": 'item {\n  name: "/m/01"\n  id: 1\n  display_name: "cat"\n}\n' +
    'item { name: "/m/02" id: 2 display_name: "dog" }\nitem { name: "/m/03", id: 3, ' +
    'display_name: "bird" }\nitem: { name: "/m/04"; id: 4; display_name: "fish" }\n',
  "pbtxt with comments and keypoints": '# map\nitem { # one\n id: 1 name: "cat" keypoints ' +
    '{ id: 9 label: "nose" } }\nitem < id: 2 name: "dog" >\nitem { id: 3 name: "bird" }\n' +
    'item { id: 4 name: "fish" }\n',
};

for (const [form, text] of Object.entries(SAME)) {
  Deno.test(`parseLabels() reads four names: ${form}`, () => {
    assertEquals(labelsOf(text, 4), FOUR);
  });
}

Deno.test("parseLabels() keeps names that look like something else", () => {
  for (
    const names of [
      ["traffic light", "stop sign"],
      ["traffic light: red", "traffic light: green"],
      ["tench, Tinca tinca", "goldfish, Carassius auratus"],
      ["2 euro", "5 euro"],
      ["5 star", "9 star"],
      ["0.5 mm", "1.6 mm"],
      ["3d printer", "2d plotter"],
      ["0", "1"],
      ["class 0", "class 1"],
      ["C#", "F#"],
      ["no", "yes"],
      ["null", "true"],
      ["größe", "猫"],
      ["item", "other"],
    ]
  ) assertEquals(labelsOf(`${names.join("\n")}\n`, 2), names);
});

Deno.test("parseLabels() keeps names as text in YAML and JSON", () => {
  assertEquals(labelsOf("names: [no, 1.0, true, 0x10]", 4), ["no", "1.0", "true", "0x10"]);
  assertEquals(labelsOf('["1", 2, null, "x"]', 4), ["1", "2", null, "x"]);
});

Deno.test("assignLabels() leaves ids without a name where the classes have gaps", () => {
  const coco = '{"categories":[{"id":1,"name":"cat"},{"id":3,"name":"dog"}]}';
  assertEquals(labelsOf(coco, 4), [null, "cat", null, "dog"]);
  assertEquals(labelsOf(coco, 3), ["cat", null, "dog"]);
  assertEquals(labelsOf(coco, 2), ["cat", "dog"]);
  assertEquals(labelsOf("\n# my classes\ncat\ndog\nbird\n", 4), [null, "cat", "dog", "bird"]);
  assertEquals(labelsOf("\n# my classes\ncat\ndog\nbird\n", 3), ["cat", "dog", "bird"]);
  assertEquals(labelsOf("cat\n\ndog\nbird\nfish\n", 5), ["cat", null, "dog", "bird", "fish"]);
  assertEquals(labelsOf("cat\ndog\n\n", 3), ["cat", "dog", null]);
  assertEquals(labelsOf('item { id: 1 name: "cat" }', 2), [null, "cat"]);
});

/** Texts that cannot be labels of four classes, with the words that say why. */
const REFUSED: readonly (readonly [text: string, ...words: string[]])[] = [
  ["", "empty"],
  ["\n\n", "empty"],
  ["# nothing\n", "no line with a name"],
  ["cat\ndog\n", "2 names (text, one name per line)", "4 classes", "Add the missing ones"],
  ["cat\ndog\nbird\n", "3 names", "4 classes", "background"],
  ["a\nb\nc\nd\ne\n", "5 names", "4 classes", "Leave the surplus"],
  ["1: cat\n2: dog\n", "2 names with ids 1 to 2", "4 classes"],
  ['item {\n id: 1\n name: "cat"\n}\n', "1 name with ids 1 to 1 (label map (pbtxt))", "4 classes"],
  ['item { name: "cat" }', "item 1 of its label map has no id"],
  ["0: cat\n0: dog\n", "the same key twice"],
  ["0) cat\n0) dog\n", "id 0 has two names", "cat", "dog"],
  ["cat,0\ndog,0\n", "id 0 has two names"],
  ['{"0":"cat","0":"dog","2":"bird","3":"fish"}', 'key "0" twice'],
  ['{"0":1,"1":0}', "unclear which of them are the ids"],
  ['{"cat":0,"dog":99999999}', "from 0 to 20000", "99999999"],
  ['{"cat":-1,"dog":0,"bird":1,"fish":2}', "holds no labels"],
  ['{"a":{"b":1}}', "holds no labels"],
  ["[]", "holds no labels"],
  ['["cat", "dog"', "begins like JSON and is not valid"],
  ["nc: 3\nnames: [cat, dog, bird, fish]\n", "4 names", '"nc" says 3'],
  ["nc: 4\nnames: coco.names\n", '"names" is neither a list'],
  ["id,first,second\n0,cat,feline\n1,dog,canine\n", "2 of its columns could be the names"],
  ["0,1\n1,0\n", "numbers only"],
  ["<annotation><name>cat</name></annotation>", "XML"],
];

for (const [text, ...words] of REFUSED) {
  Deno.test(`parseLabels() and assignLabels() refuse ${JSON.stringify(text).slice(0, 60)}`, () => {
    const { message } = assertThrows(() => labelsOf(text, 4), TypeError);
    for (const word of words) assertStringIncludes(message, word);
  });
}

/** Labels of a text for a graph that returns detections, with the guess. */
function finished(text: string, ...seen: number[]) {
  const { labels, guess } = assignLabels(parseLabels(text), { count: null, seen });
  return { labels, guess };
}

Deno.test("assignLabels() takes ids as they are for detections, and counts the ids seen", () => {
  const one = "1: cat\n2: dog\n";
  assertEquals(finished(one).labels, [null, "cat", "dog"]);
  assertEquals(finished(one, 1, 2).labels, [null, "cat", "dog"]);
  assertStringIncludes(finished(one, 1, 2).guess ?? "", "class ids 1 to 2");
  assertEquals(finished(one, 0, 1).labels, ["cat", "dog"]);
  assertStringIncludes(finished(one, 0, 1).guess ?? "", "id 1 is class 0");
  assertEquals(finished("\ncat\ndog\n", 1).labels, [null, "cat", "dog"]);
  assertEquals(finished("\ncat\ndog\n", 0, 1).labels, ["cat", "dog"]);
});

Deno.test("assignLabels() begins at the first id of the framework, and leaves out its background", () => {
  const labels = (text: string, classes: ClassFacts) =>
    assignLabels(parseLabels(text), classes).labels;
  const tensorflow = { count: null, seen: [1], firstId: 1 } as const;
  assertEquals(labels("cat\ndog\n", tensorflow), [null, "cat", "dog"]);
  assertEquals(labels("background\ncat\ndog\n", tensorflow), ["background", "cat", "dog"]);
  assertEquals(labels('["cat", "dog"]', { count: null, seen: [1] }), ["cat", "dog"]);
  assertEquals(labels("item { id: 1 name: 'cat' }", tensorflow), [null, "cat"]);
  const ssd = { count: 3, seen: [] } as const;
  assertEquals(labels("cat\ndog\n", { ...ssd, background: 0 }), [null, "cat", "dog"]);
  assertEquals(labels("cat\ndog\n", { ...ssd, background: 2 }), ["cat", "dog", null]);
  assertEquals(labels("bg\ncat\ndog\n", { ...ssd, background: 0 }), ["bg", "cat", "dog"]);
  assertThrows(() => labels("cat\ndog\n", ssd), TypeError, "2 names");
});

Deno.test("assignLabels() refuses names that detections of a try do not fit", () => {
  const facts: ClassFacts = { count: null, seen: [1, 2, 3] };
  const { message } = assertThrows(() => assignLabels(parseLabels("a\nb\nc\n"), facts), TypeError);
  assertStringIncludes(message, "3 names");
  assertStringIncludes(message, "class ids 1 to 3");
  assertStringIncludes(message, "begin with an empty line");
  const gaps = '{"categories":[{"id":1,"name":"cat"},{"id":3,"name":"dog"}]}';
  const ambiguous = assertThrows(
    () => assignLabels(parseLabels(gaps), { count: null, seen: [0] }),
    TypeError,
  );
  assertStringIncludes(ambiguous.message, "in two ways");
});

Deno.test("assignLabels() says the numbers of names and of classes", () => {
  const { summary, guess } = assignLabels(parseLabels("cat\n\ndog\n"), { count: 3, seen: [] });
  assertEquals(summary, "2 names for 3 classes, 1 without a name, text, one name per line");
  assertEquals(guess, null);
  const byId = assignLabels(parseLabels("1: cat\n2: dog\n"), { count: 2, seen: [] });
  assertEquals(
    byId.summary,
    "2 names for 2 classes, id 1 is class 0, YAML dictionary from id to name",
  );
});

Deno.test("decodeText() reads UTF-8 and UTF-16, with and without a byte order mark", () => {
  const text = "cat\nKäse\n";
  const utf8 = new TextEncoder().encode(text);
  const units = Uint16Array.from(text, (character) => character.charCodeAt(0));
  const little = new Uint8Array(units.buffer);
  const big = Uint8Array.from(little, (_, i) => little[i ^ 1]!);
  for (
    const bytes of [
      utf8,
      Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8),
      little,
      Uint8Array.of(0xff, 0xfe, ...little),
      big,
      Uint8Array.of(0xfe, 0xff, ...big),
    ]
  ) assertEquals(decodeText(bytes), text);
});

Deno.test("decodeText() refuses Latin-1 and files that are no text", () => {
  for (const bytes of [[0x4b, 0xe4, 0x73, 0x65], [0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0], [8, 0, 1]]) {
    const { message } = assertThrows(() => decodeText(Uint8Array.from(bytes)), TypeError);
    assertStringIncludes(message, "save it as UTF-8");
  }
});
