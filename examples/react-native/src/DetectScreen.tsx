import * as ImagePicker from "expo-image-picker";
import { type ReactElement, useState } from "react";
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
import { type Answer, detect } from "./detect.ts";

/** Takes a photo, sends it to the server and draws the detections. */
export function DetectScreen({ server }: { readonly server: string }): ReactElement {
  const { width } = useWindowDimensions();
  const [uri, setUri] = useState<string>();
  const [answer, setAnswer] = useState<Answer>();
  const [fault, setFault] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);

  async function takePhoto(): Promise<void> {
    const { granted } = await ImagePicker.requestCameraPermissionsAsync();
    if (!granted) return setFault("The app may not use the camera");
    const { assets } = await ImagePicker.launchCameraAsync({ quality: 0.7 });
    if (!assets) return;
    await show(assets[0]);
  }

  async function show(photo: ImagePicker.ImagePickerAsset): Promise<void> {
    setUri(photo.uri);
    setAnswer(undefined);
    setFault(undefined);
    setIsBusy(true);
    try {
      const type = photo.mimeType ?? "image/jpeg";
      setAnswer(
        await detect(server, { uri: photo.uri, name: "photo", type }, {
          score: 0.4,
        }),
      );
    } catch (error) {
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
