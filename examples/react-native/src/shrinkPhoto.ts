import { ImageManipulator, SaveFormat } from "expo-image-manipulator";

/** Longer side of an uploaded photo, pixels. The models read fewer. */
const LONGER_SIDE = 1280;

/** Photo as the camera or the gallery returns it. */
interface TakenPhoto {
  readonly uri: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Scales a photo down to a JPEG for the upload; small photos keep their size. The pixels become
 * upright and the file has no EXIF orientation, so the phone and the server show the same photo.
 */
export async function shrinkPhoto({ uri, width, height }: TakenPhoto): Promise<TakenPhoto> {
  const photo = ImageManipulator.manipulate(uri);
  if (Math.max(width, height) > LONGER_SIDE) {
    photo.resize(width >= height ? { width: LONGER_SIDE } : { height: LONGER_SIDE });
  }
  const image = await photo.renderAsync();
  return await image.saveAsync({ format: SaveFormat.JPEG, compress: 0.85 });
}
