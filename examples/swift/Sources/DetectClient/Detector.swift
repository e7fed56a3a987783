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
public struct Problem: LocalizedError, Codable, Sendable {
    public let code: String
    public let status: Int
    public let detail: String

    public var errorDescription: String? { detail }
}

/// Client of a server that answers `POST /detect`.
public struct Detector: Sendable {
    private let server: URL
    private let key: String?

    public init(server: URL, key: String? = nil) {
        self.server = server
        self.key = key
    }

    /// Detects objects in a photo, for example a JPEG from the camera. A busy server is asked again,
    /// up to three times. Cancelling the task cancels the request, and a pause before the next one.
    ///
    /// - Parameter score: score threshold, 0 to 1; nil: the default of the model.
    /// - Throws: `Problem` if the server answers with an error, `URLError` if it cannot be reached.
    public func detect(_ photo: Data, score: Double? = nil) async throws -> Answer {
        let request = self.request(score)
        var attempt = 1
        while true {
            let (data, response) = try await URLSession.shared.upload(for: request, from: photo)
            guard let http = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
            if http.statusCode == 200 { return try JSONDecoder().decode(Answer.self, from: data) }
            let retryAfter = http.value(forHTTPHeaderField: "Retry-After")
            guard let pause = pauseSeconds(
                attempt: attempt, status: http.statusCode, retryAfter: retryAfter)
            else { throw problem(http.statusCode, data) }
            try await Task.sleep(nanoseconds: UInt64(pause * 1_000_000_000))
            attempt += 1
        }
    }

    /// Reads a problem. A proxy in front of the server may answer HTML instead.
    private func problem(_ status: Int, _ data: Data) -> Problem {
        (try? JSONDecoder().decode(Problem.self, from: data))
            ?? Problem(code: "http-error", status: status, detail: "The server answered \(status)")
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
