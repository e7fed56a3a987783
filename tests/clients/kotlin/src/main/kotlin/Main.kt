import com.example.api.apis.DetectionApi
import com.example.api.apis.ModelsApi
import com.example.api.infrastructure.ClientException
import java.io.File

/** Prints the detections in the image `args[1]`, as the generated client of `args[0]` reads them. */
fun main(args: Array<String>) {
    val (url, path) = args
    println(ModelsApi(url).listModels().default)
    for (detection in DetectionApi(url).detect(File(path)).detections) {
        val (xmin, ymin, xmax, ymax) = detection.box
        println("${detection.label} ${detection.score} $xmin $ymin $xmax $ymax")
    }
    try {
        DetectionApi(url).detect(File("pom.xml"))
    } catch (error: ClientException) {
        println("status ${error.statusCode}")
    }
    System.exit(0) // without waiting for the threads of OkHttp
}
