import type { ReactElement } from "react";
import { StyleSheet, Text, View } from "react-native";
import type { DetectAnswer } from "retinanet-edge/client";

interface Props {
  readonly answer: DetectAnswer;
  /** Width of the displayed photo. */
  readonly width: number;
}

/** Draws the boxes of an answer over its photo, which fills the parent view. */
export function BoxOverlay({ answer, width }: Props): ReactElement {
  const scale = width / answer.image.width;
  return (
    <View style={StyleSheet.absoluteFill} pointerEvents="none">
      {answer.detections.map(({ label, score, box }, i) => (
        <View
          key={i}
          style={[styles.box, {
            left: box.xmin * scale,
            top: box.ymin * scale,
            width: (box.xmax - box.xmin) * scale,
            height: (box.ymax - box.ymin) * scale,
          }]}
        >
          <Text style={styles.label}>{label} {Math.round(score * 100)} %</Text>
        </View>
      ))}
    </View>
  );
}

const styles = StyleSheet.create({
  box: { position: "absolute", borderWidth: 2, borderColor: "#e8590c" },
  label: {
    alignSelf: "flex-start",
    backgroundColor: "#e8590c",
    color: "#fff",
    padding: 2,
  },
});
