import type { Size } from "../src/core/size.ts";
import { at } from "./elements.ts";

/** Contents of the stage, the large area for the photo. */
export type StageState = "empty" | "photo" | "camera";

const stage = at("stage", HTMLElement);
const figure = at("figure", HTMLElement);
const photo = at("photo", HTMLImageElement);

photo.addEventListener("load", () => {
  if (photo.naturalWidth > 0) fitStage({ width: photo.naturalWidth, height: photo.naturalHeight });
});

/**
 * Shows the invitation, the photo or the camera image. If the invitation had the focus, the button
 * for another photo gets it.
 */
export function showStage(state: StageState): void {
  const hadFocus = at("invitation", HTMLElement).contains(document.activeElement);
  const again = at("again", HTMLElement);
  stage.dataset.state = state;
  again.hidden = state === "empty";
  at("take", HTMLButtonElement).hidden = state !== "camera";
  if (hadFocus && state !== "empty") again.querySelector<HTMLElement>("[data-choose]")?.focus();
}

/** Returns the contents of the stage. */
export function stageState(): string {
  return stage.dataset.state ?? "empty";
}

/** Shows or hides the sign that the page is working. */
export function showBusy(isBusy: boolean): void {
  stage.toggleAttribute("data-busy", isBusy);
  stage.setAttribute("aria-busy", String(isBusy));
}

/** Shows a photo. */
export function showPhoto(image: Blob): void {
  URL.revokeObjectURL(photo.src);
  photo.src = URL.createObjectURL(image);
  photo.alt = "The photo";
  showStage("photo");
}

/** Returns true if the browser cannot show the photo, for example a HEIC. */
export function isBroken(): boolean {
  return photo.complete && photo.naturalWidth === 0;
}

/** Sets the aspect ratio of the stage. */
export function fitStage({ width, height }: Size): void {
  figure.style.setProperty("--width", String(width));
  figure.style.setProperty("--height", String(height));
}
