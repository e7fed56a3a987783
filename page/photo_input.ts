import { at } from "./elements.ts";

/**
 * Calls `take` with every photo that the person chooses, takes with a phone, drops or pastes.
 */
export function listenForPhotos(take: (photo: File) => void): void {
  for (const id of ["file", "capture"]) {
    const input = at(id, HTMLInputElement);
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file !== undefined) take(file);
      // Lets the person choose the same file again.
      input.value = "";
    });
  }
  for (const button of document.querySelectorAll<HTMLElement>("[data-choose]")) {
    button.addEventListener("click", () => at("file", HTMLInputElement).click());
  }
  document.addEventListener("paste", ({ clipboardData }) => {
    const [file] = clipboardData?.files ?? [];
    if (file !== undefined) take(file);
  });
  listenForDrops(take);
}

function listenForDrops(take: (photo: File) => void): void {
  const stage = at("stage", HTMLElement);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    stage.toggleAttribute("data-over", true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) stage.removeAttribute("data-over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    stage.removeAttribute("data-over");
    const [dropped] = event.dataTransfer?.files ?? [];
    if (dropped !== undefined) take(dropped);
  });
}
