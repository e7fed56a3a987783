package com.example.detect

import java.io.File
import java.io.IOException
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.MultipartBody
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.asRequestBody

/** Edges of a box, in pixels of the upright photo: x right, y down. */
@Serializable
data class Box(val xmin: Double, val ymin: Double, val xmax: Double, val ymax: Double)

@Serializable
data class Detection(val label: String, val classId: Int, val score: Double, val box: Box)

@Serializable
data class Size(val width: Int, val height: Int)

/** Answer of the server; detections are sorted by score, best first. */
@Serializable
data class Answer(val model: String, val image: Size, val detections: List<Detection>)

/** Error of the server (RFC 9457). `code` is stable, the message is for people. */
class DetectException(val code: String, val status: Int, detail: String) : IOException(detail)

@Serializable
private data class Problem(val code: String = "internal", val detail: String = "")

/** Client of a server that answers `POST /detect`. */
class Detector(
    server: String,
    private val key: String? = null,
    private val client: OkHttpClient = OkHttpClient(),
) {
    private val url = server.toHttpUrl().newBuilder().addPathSegment("detect").build()
    private val json = Json { ignoreUnknownKeys = true }

    /**
     * Detects objects in a photo. On Android, call it off the main thread.
     *
     * @param score score threshold, 0 to 1; null: the default of the model
     * @throws DetectException if the server answers with an error
     * @throws IOException if the server cannot be reached
     */
    fun detect(photo: File, score: Double? = null): Answer {
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
        client.newCall(request).execute().use { response ->
            val text = response.body.string()
            if (response.isSuccessful) return json.decodeFromString<Answer>(text)
            val problem = runCatching { json.decodeFromString<Problem>(text) }
                .getOrDefault(Problem(detail = "The server answered ${response.code}"))
            throw DetectException(problem.code, response.code, problem.detail)
        }
    }
}
