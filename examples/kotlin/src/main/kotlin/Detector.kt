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

/** Edges in pixels of the photo as a person sees it: x right, y down. */
@Serializable
data class Box(val xmin: Double, val ymin: Double, val xmax: Double, val ymax: Double)

@Serializable
data class Detection(val label: String, val classId: Int, val score: Double, val box: Box)

@Serializable
data class Size(val width: Int, val height: Int)

/** What was found, the best score first. */
@Serializable
data class Answer(val model: String, val image: Size, val detections: List<Detection>)

/** A refusal (RFC 9457); its code is stable, its detail is for people. */
class DetectException(val code: String, val status: Int, detail: String) : IOException(detail)

@Serializable
private data class Problem(val code: String = "internal", val detail: String = "")

/** A server that answers POST /detect. */
class Detector(
    server: String,
    private val key: String? = null,
    private val client: OkHttpClient = OkHttpClient(),
) {
    private val address = server.toHttpUrl().newBuilder().addPathSegment("detect").build()
    private val json = Json { ignoreUnknownKeys = true }

    /**
     * Looks for objects in a photo. On Android call it away from the main thread.
     *
     * @param score only what scores above this, 0 to 1; the model's own limit where null
     * @throws DetectException if the server refuses the photo
     * @throws IOException if it cannot be reached
     */
    fun detect(photo: File, score: Double? = null): Answer {
        val form = MultipartBody.Builder()
            .setType(MultipartBody.FORM)
            .addFormDataPart("image", photo.name, photo.asRequestBody())
            .apply { score?.let { addFormDataPart("score", it.toString()) } }
            .build()
        val request = Request.Builder()
            .url(address)
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
