package com.example.detect

import java.io.File
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking

/** Prints the detections in a photo. Arguments: SERVER PHOTO; environment: DETECT_KEY. */
fun main(arguments: Array<String>) {
    val (server, photo) = arguments
    val client = detectClient()
    try {
        val detector = Detector(server, System.getenv("DETECT_KEY"), client)
        val answer = runBlocking { detector.detect(File(photo), score = 0.3) }
        for ((label, _, score, box) in answer.detections) {
            val (xmin, ymin, xmax, ymax) = box
            println("%s %.2f at %.0f,%.0f–%.0f,%.0f".format(label, score, xmin, ymin, xmax, ymax))
        }
    } catch (problem: DetectException) {
        System.err.println("${problem.code}: ${problem.message}")
        exitProcess(1)
    } finally {
        // OkHttp keeps its threads for a minute otherwise, and the program with them.
        client.dispatcher.executorService.shutdown()
        client.connectionPool.evictAll()
    }
}
