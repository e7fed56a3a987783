import DetectClient
import Foundation

// Prints the detections in a photo. Arguments: SERVER PHOTO; environment: DETECT_KEY.

let arguments = CommandLine.arguments
guard arguments.count == 3, let server = URL(string: arguments[1]) else {
    print("detect SERVER PHOTO")
    exit(2)
}
let key = ProcessInfo.processInfo.environment["DETECT_KEY"]

do {
    let photo = try Data(contentsOf: URL(fileURLWithPath: arguments[2]))
    let answer = try await Detector(server: server, key: key).detect(photo, score: 0.3)
    for detection in answer.detections {
        let box = detection.box
        let edges = [box.xmin, box.ymin, box.xmax, box.ymax].map { String(format: "%.0f", $0) }
        print(detection.label, String(format: "%.2f", detection.score), edges.joined(separator: " "))
    }
} catch let problem as Problem {
    print("\(problem.code): \(problem.detail)")
    exit(1)
}
