import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Edges of a box, in pixels of the upright photo: x right, y down.
public struct Box: Codable, Hashable, Sendable {
    public let xmin: Double
    public let ymin: Double
    public let xmax: Double
    public let ymax: Double
}

public struct Detection: Codable, Hashable, Sendable {
    public let label: String
    public let classId: Int
    public let score: Double
    public let box: Box
}

/// Answer of the server; detections are sorted by score, best first.
public struct Answer: Codable, Hashable, Sendable {
    public struct Size: Codable, Hashable, Sendable {
        public let width: Int
        public let height: Int
    }

    public let model: String
    public let image: Size
    public let detections: [Detection]
}

/// Error of the server (RFC 9457). `code` is stable, `detail` is for people.
public struct Problem: Error, Codable, Sendable {
    public let code: String
    public let status: Int
    public let detail: String
}

/// Client of a server that answers `POST /detect`.
public struct Detector: Sendable {
    private let server: URL
    private let key: String?

    public init(server: URL, key: String? = nil) {
        self.server = server
        self.key = key
    }

    /// Detects objects in a photo, for example a JPEG from the camera.
    ///
    /// - Parameter score: score threshold, 0 to 1; nil: the default of the model.
    /// - Throws: `Problem` if the server answers with an error, `URLError` if it cannot be reached.
    public func detect(_ photo: Data, score: Double? = nil) async throws -> Answer {
        let (data, response) = try await URLSession.shared.upload(for: request(score), from: photo)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw try JSONDecoder().decode(Problem.self, from: data)
        }
        return try JSONDecoder().decode(Answer.self, from: data)
    }

    private func request(_ score: Double?) -> URLRequest {
        var components = URLComponents(
            url: server.appendingPathComponent("detect"), resolvingAgainstBaseURL: false)!
        if let score {
            components.queryItems = [URLQueryItem(name: "score", value: String(score))]
        }
        var request = URLRequest(url: components.url!)
        request.httpMethod = "POST"
        request.setValue("application/octet-stream", forHTTPHeaderField: "Content-Type")
        if let key {
            request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
        }
        return request
    }
}
