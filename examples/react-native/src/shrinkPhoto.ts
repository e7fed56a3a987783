import { ImageManipulator, type ImageResult, SaveFormat } from "expo-image-manipulator";
import { uploadSize } from "./uploadSize.ts";

/**
 * Scales a photo down to a JPEG for the upload; small photos keep their size. The pixels become
 * upright and the file has no EXIF orientation, so the phone and the server show the same photo.
 *
 * @param uri Photo as the camera or the gallery returns it.
 */
export async function shrinkPhoto(uri: string): Promise<ImageResult> {
  // The size is read from the upright pixels: pickers may report the size before the orientation.
  const upright = await ImageManipulator.manipulate(uri).renderAsync();
  const size = uploadSize(upright);
  const photo = size === null
    ? upright
    : await ImageManipulator.manipulate(upright).resize(size).renderAsync();
  return await photo.saveAsync({ format: SaveFormat.JPEG, compress: 0.85 });
}
