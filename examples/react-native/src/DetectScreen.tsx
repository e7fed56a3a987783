import * as ImagePicker from "expo-image-picker";
import type { DetectAnswer } from "retinanet-edge/client";
import { type ReactElement, useEffect, useRef, useState } from "react";
import {
  ActivityIndicator,
  Button,
  Image,
  StyleSheet,
  Text,
  useWindowDimensions,
  View,
} from "react-native";
import { BoxOverlay } from "./BoxOverlay.tsx";
import { detect } from "./detect.ts";
import { shrinkPhoto } from "./shrinkPhoto.ts";

/** Takes a photo, sends it to the server and draws the detections. */
export function DetectScreen({ server }: { readonly server: string }): ReactElement {
  const { width } = useWindowDimensions();
  const [uri, setUri] = useState<string>();
  const [answer, setAnswer] = useState<DetectAnswer>();
  const [fault, setFault] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const request = useRef<AbortController>(undefined);

  // Cancels the request when the screen closes.
  useEffect(() => () => request.current?.abort(), []);

  async function takePhoto(): Promise<void> {
    const { granted, canAskAgain } = await ImagePicker.requestCameraPermissionsAsync();
    if (!granted && !canAskAgain) return setFault("Allow the camera in the settings of the phone");
    if (!granted) return setFault("The app may not use the camera");
    const { assets } = await ImagePicker.launchCameraAsync({ quality: 1 });
    const photo = assets?.[0];
    if (photo) await show(photo);
  }

  async function show(photo: ImagePicker.ImagePickerAsset): Promise<void> {
    setUri(undefined);
    setAnswer(undefined);
    setFault(undefined);
    setIsBusy(true);
    const controller = new AbortController();
    request.current = controller;
    try {
      const { uri } = await shrinkPhoto(photo.uri);
      setUri(uri);
      const file = { uri, name: "photo.jpg", type: "image/jpeg" };
      setAnswer(await detect(server, file, { score: 0.4, signal: controller.signal }));
    } catch (error) {
      if (controller.signal.aborted) return;
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  }

  const aspectRatio = answer ? answer.image.width / answer.image.height : 3 / 4;
  return (
    <View style={styles.screen}>
      {uri !== undefined && (
        <View style={{ width, aspectRatio }}>
          <Image source={{ uri }} style={StyleSheet.absoluteFill} />
          {answer && <BoxOverlay answer={answer} width={width} />}
        </View>
      )}
      {isBusy ? <ActivityIndicator /> : <Button title="Take a photo" onPress={takePhoto} />}
      {fault !== undefined && <Text>{fault}</Text>}
    </View>
  );
}

const styles = StyleSheet.create({
  screen: { flex: 1, justifyContent: "center", gap: 16 },
});
