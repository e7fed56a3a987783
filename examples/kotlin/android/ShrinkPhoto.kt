package com.example.detect

import android.graphics.Bitmap
import android.graphics.ImageDecoder
import java.io.File
import kotlin.math.max
import kotlin.math.roundToInt
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** Longer side of an uploaded photo, pixels. The models read fewer. */
private const val LONGER_SIDE = 1280

/**
 * Scales a photo down to a JPEG for the upload (Android 9 or later). `ImageDecoder` applies the
 * EXIF orientation, and the written file has none: the pixels are upright for phone and server.
 */
suspend fun shrinkPhoto(photo: File, target: File): File = withContext(Dispatchers.IO) {
    val bitmap = ImageDecoder.decodeBitmap(ImageDecoder.createSource(photo)) { decoder, info, _ ->
        decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
        val factor = LONGER_SIDE.toDouble() / max(info.size.width, info.size.height)
        if (factor < 1) {
            decoder.setTargetSize(
                max(1, (info.size.width * factor).roundToInt()),
                max(1, (info.size.height * factor).roundToInt()),
            )
        }
    }
    target.outputStream().use { bitmap.compress(Bitmap.CompressFormat.JPEG, 85, it) }
    bitmap.recycle()
    target
}
