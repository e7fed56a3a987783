package com.example.detect

import kotlin.random.Random

/** Attempts of a request, the first included. */
private const val ATTEMPTS = 4

/** Longest pause before an attempt. A longer `Retry-After` ends the attempts. */
private const val MAX_PAUSE_MILLIS = 30_000L

/**
 * Returns the pause after a failed attempt, or null if the request must not be repeated. Only 429
 * (over the rate limit) and 503 (busy or starting) pass with time. `Retry-After` in seconds counts
 * if the server sent it, else 0.5, 1, 2 seconds. Up to half is added at random, so that phones
 * that failed together do not return together.
 */
internal fun pauseMillis(attempt: Int, status: Int, retryAfter: String?): Long? {
    if (attempt >= ATTEMPTS || (status != 429 && status != 503)) return null
    val backOff = 500L shl (attempt - 1)
    val pause = retryAfter?.trim()?.toLongOrNull()?.times(1000) ?: backOff
    if (pause !in 0..MAX_PAUSE_MILLIS) return null
    return pause + Random.nextLong(maxOf(pause, backOff) / 2 + 1)
}
