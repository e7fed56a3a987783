package com.example.detect

import com.example.detect.api.DetectResult
import java.io.File
import java.io.IOException
import java.util.concurrent.TimeUnit
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.delay
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import okhttp3.Call
import okhttp3.Callback
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.MultipartBody
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.asRequestBody
import okhttp3.Response

/** Error of the server (RFC 9457). `code` is stable, the message is for people. */
class DetectException(val code: String, val status: Int, detail: String) : IOException(detail)

@Serializable
private data class Problem(val code: String = "internal", val detail: String = "")

/** Waits for an answer longer than OkHttp's 10 seconds: the photo may be queued at the server. */
fun detectClient(): OkHttpClient = OkHttpClient.Builder().readTimeout(60, TimeUnit.SECONDS).build()

/** Client of a server that answers `POST /detect`. */
class Detector(
    server: String,
    private val key: String? = null,
    private val client: OkHttpClient = detectClient(),
) {
    private val url = server.toHttpUrl().newBuilder().addPathSegment("detect").build()
    private val json = Json { ignoreUnknownKeys = true }

    /**
     * Detects objects in a photo. A busy server is asked again, up to three times. The call does
     * not block a thread; cancelling the coroutine cancels the request.
     *
     * @param score score threshold, 0 to 1; null: the default of the model
     * @throws DetectException if the server answers with an error
     * @throws IOException if the server cannot be reached
     */
    suspend fun detect(photo: File, score: Double? = null): DetectResult {
        val form = MultipartBody.Builder()
            .setType(MultipartBody.FORM)
            .addFormDataPart("image", photo.name, photo.asRequestBody())
            .apply { score?.let { addFormDataPart("score", it.toString()) } }
            .build()
        val request = Request.Builder()
            .url(url)
            .post(form)
            .apply { key?.let { header("Authorization", "Bearer $it") } }
            .build()
        var attempt = 1
        while (true) {
            val reply = client.newCall(request).await()
            if (reply.status in 200..299) return json.decodeFromString<DetectResult>(reply.body)
            val pause = pauseMillis(attempt++, reply.status, reply.retryAfter)
            if (pause == null) throw exceptionOf(reply)
            delay(pause)
        }
    }

    /** Reads a problem. A proxy in front of the server may answer HTML instead. */
    private fun exceptionOf(reply: Reply): DetectException {
        val problem = runCatching { json.decodeFromString<Problem>(reply.body) }
            .getOrDefault(Problem(code = "http-error", detail = "The server answered ${reply.status}"))
        return DetectException(problem.code, reply.status, problem.detail)
    }
}

private class Reply(val status: Int, val retryAfter: String?, val body: String)

/** Sends a request and reads its reply; cancelling the coroutine cancels both. */
private suspend fun Call.await(): Reply = suspendCancellableCoroutine { continuation ->
    continuation.invokeOnCancellation { cancel() }
    enqueue(object : Callback {
        override fun onFailure(call: Call, e: IOException) = continuation.resumeWithException(e)

        override fun onResponse(call: Call, response: Response) {
            val reply = runCatching {
                response.use { Reply(it.code, it.header("Retry-After"), it.body.string()) }
            }
            continuation.resumeWith(reply)
        }
    })
}
