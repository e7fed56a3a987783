/**
 * Returns an element of the page.
 *
 * @throws {TypeError} If the page has no such element.
 */
export function at<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new TypeError(`The page must have a ${type.name} with the id ${id}`);
}

/** Creates an element with a class, unless the class is empty, and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = "",
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const created = document.createElement(name);
  if (className !== "") created.className = className;
  created.append(...children);
  return created;
}

/** Creates a square in the colour of a class or a stage, for legends. */
export function swatch(className = "swatch"): HTMLElement {
  return element("i", className);
}

/** Returns a part as a percentage for people, for example "98 %". */
export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
