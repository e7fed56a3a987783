#if canImport(SwiftUI)
import SwiftUI

/// Draws the boxes of an answer over its photo, which must have the size of this view.
public struct BoxOverlay: View {
    private let answer: Answer

    public init(answer: Answer) {
        self.answer = answer
    }

    public var body: some View {
        GeometryReader { geometry in
            let scale = geometry.size.width / Double(answer.image.width)
            ForEach(answer.detections.indices, id: \.self) { index in
                let detection = answer.detections[index]
                let box = detection.box
                Rectangle()
                    .stroke(.orange, lineWidth: 2)
                    .overlay(alignment: .topLeading) {
                        Text("\(detection.label) \(Int((detection.score * 100).rounded())) %")
                            .font(.caption).fixedSize().background(.orange)
                    }
                    .frame(width: (box.xmax - box.xmin) * scale, height: (box.ymax - box.ymin) * scale)
                    .offset(x: box.xmin * scale, y: box.ymin * scale)
            }
        }
    }
}
#endif
