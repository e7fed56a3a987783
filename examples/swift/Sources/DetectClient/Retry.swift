import Foundation

/// Attempts of a request, the first included.
private let attempts = 4

/// Longest pause before an attempt, seconds. A longer `Retry-After` ends the attempts.
private let maxPause = 30.0

/// Returns the pause after a failed attempt in seconds, or nil if the request must not be repeated.
///
/// Only 429 (over the rate limit) and 503 (busy or starting) pass with time. `Retry-After` in seconds
/// counts if the server sent it, else 0.5, 1, 2 seconds. Up to half is added at random, so that
/// phones that failed together do not return together.
func pauseSeconds(attempt: Int, status: Int, retryAfter: String?) -> Double? {
    guard attempt < attempts, status == 429 || status == 503 else { return nil }
    let backOff = 0.5 * Double(1 << (attempt - 1))
    let pause = retryAfter.flatMap { Double($0.trimmingCharacters(in: .whitespaces)) } ?? backOff
    guard (0...maxPause).contains(pause) else { return nil }
    return pause + Double.random(in: 0...max(pause, backOff) / 2)
}
