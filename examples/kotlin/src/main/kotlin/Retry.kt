package com.example.detect

import java.time.Duration
import java.time.Instant
import java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME
import kotlin.random.Random

/** Attempts of a request, the first included. */
private const val ATTEMPTS = 4

/** Longest pause before an attempt. A longer `Retry-After` ends the attempts. */
private const val MAX_PAUSE_MILLIS = 30_000L

/**
 * Returns the pause after a failed attempt, or null if the request must not be repeated. Only 429
 * (over the rate limit) and 503 (busy or starting) pass with time. `Retry-After` counts if the
 * server sent it, else 0.5, 1, 2 seconds. Up to half is added at random, so that phones that failed
 * together do not return together.
 *
 * @param retryAfter header `Retry-After`: seconds or an HTTP date (RFC 9110, section 10.2.3)
 */
internal fun pauseMillis(
    attempt: Int,
    status: Int,
    retryAfter: String?,
    random: Random = Random,
): Long? {
    if (attempt >= ATTEMPTS || (status != 429 && status != 503)) return null
    val backOff = 500L shl (attempt - 1)
    val pause = retryAfter?.let(::millisOf) ?: backOff
    if (pause > MAX_PAUSE_MILLIS) return null
    return pause + random.nextLong(maxOf(pause, backOff) / 2 + 1)
}

/** Returns the milliseconds of a `Retry-After`, or null if it is neither seconds nor a date. */
private fun millisOf(retryAfter: String): Long? {
    val text = retryAfter.trim()
    if (text.isNotEmpty() && text.all { it in '0'..'9' }) {
        return (text.toLongOrNull() ?: Long.MAX_VALUE).coerceAtMost(Long.MAX_VALUE / 1000) * 1000
    }
    val date = runCatching { Instant.from(RFC_1123_DATE_TIME.parse(text)) }.getOrNull()
    return date?.let { Duration.between(Instant.now(), it).toMillis().coerceAtLeast(0) }
}
