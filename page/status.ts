import { at } from "./elements.ts";

const status = at("status", HTMLParagraphElement);

/** Shows the state of the page in words. A screen reader announces each new text once. */
export function say(text: string): void {
  status.classList.remove("fault");
  if (status.textContent !== text) status.textContent = text;
}

/** Shows why something failed. */
export function sayFault(error: unknown): void {
  status.classList.add("fault");
  status.textContent = error instanceof Error ? error.message : String(error);
}
