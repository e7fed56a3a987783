package com.example.detect

import com.example.detect.api.DetectResultImage
import com.example.detect.api.DetectionBox
import com.example.detect.api.apis.DetectionApi
import com.example.detect.api.apis.HealthApi
import com.example.detect.api.infrastructure.ClientException
import java.io.File
import kotlin.random.Random
import kotlin.system.exitProcess
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import okhttp3.Call
import okhttp3.EventListener
import okhttp3.OkHttpClient

/** Prints what the functions of the example return. Arguments: SERVER PHOTO SILENT_SERVER. */
fun main(arguments: Array<String>) {
    val (server, photo, silent) = arguments
    pauses()
    uploads()
    places()
    cancels(silent, File(photo))
    generated(server, File(photo))
    exitProcess(0) // without waiting for the threads of OkHttp
}

/** A source of random numbers that gives the least or the most. */
private class Edge(private val isMost: Boolean) : Random() {
    override fun nextBits(bitCount: Int) = 0
    override fun nextLong(until: Long) = if (isMost) until - 1 else 0
}

private fun pauses() {
    for (attempt in 1..4) println("pause $attempt ${pauseMillis(attempt, 503, null, Edge(false))}")
    println("pause most ${pauseMillis(3, 429, null, Edge(true))}")
    for (status in listOf(400, 422, 500, 502)) println("pause $status ${pauseMillis(1, status, "1")}")
    val past = "Thu, 01 Jan 1970 00:00:00 GMT"
    val far = "Fri, 31 Dec 9999 23:59:59 GMT"
    // The last number of seconds is 2^64 / 1000 and more: 384 milliseconds, if it overflowed.
    val values = listOf("4", " 4 ", "0", "30", "31", "soon", "-1", "", past, far, "18446744073709552")
    for (value in values) println("pause '$value' ${pauseMillis(1, 503, value, Edge(false))}")
    println("pause '0' most ${pauseMillis(1, 503, "0", Edge(true))}")
}

private fun uploads() {
    val sizes = listOf(4000 to 3000, 3000 to 4000, 1280 to 720, 1281 to 1, 20_000 to 1, 1 to 1)
    for ((width, height) in sizes) println("upload $width $height ${uploadSize(width, height)}")
}

private fun places() {
    val box = DetectionBox(xmin = 10.0, ymin = 20.0, xmax = 60.0, ymax = 70.0)
    val image = DetectResultImage(width = 200, height = 100)
    for ((width, height) in listOf(400f to 200f, 400f to 300f, 100f to 50f, 400f to 100f)) {
        val (left, top, w, h) = place(box, image, width, height)
        println("place $width $height $left $top $w $h")
    }
}

private fun cancels(server: String, photo: File) = runBlocking {
    val sent = CompletableDeferred<Unit>()
    var isEnded = false
    val listener = object : EventListener() {
        override fun requestBodyEnd(call: Call, byteCount: Long) {
            sent.complete(Unit)
        }

        override fun canceled(call: Call) {
            isEnded = true
        }
    }
    val client = OkHttpClient.Builder().eventListener(listener).build()
    val answer = async { Detector(server, client = client).detect(photo) }
    sent.await()
    answer.cancelAndJoin()
    println("cancelled ${answer.isCancelled} $isEnded")
}

private fun generated(server: String, photo: File) {
    println("status ${HealthApi(server).isAlive().status}")
    for (detection in DetectionApi(server).detect(photo).detections) {
        val (xmin, ymin, xmax, ymax) = detection.box
        println("found ${detection.label} ${detection.score} $xmin $ymin $xmax $ymax")
    }
    try {
        DetectionApi(server).detect(File("pom.xml"))
    } catch (error: ClientException) {
        println("status ${error.statusCode}")
    }
}
