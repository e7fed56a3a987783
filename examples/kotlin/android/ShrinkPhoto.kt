package com.example.detect

import android.graphics.Bitmap
import android.graphics.ImageDecoder
import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * Scales a photo down to a JPEG for the upload (Android 9 or later). `ImageDecoder` applies the
 * EXIF orientation, and the written file has none: the pixels are upright for phone and server.
 */
suspend fun shrinkPhoto(photo: File, target: File): File = withContext(Dispatchers.IO) {
    val bitmap = ImageDecoder.decodeBitmap(ImageDecoder.createSource(photo)) { decoder, info, _ ->
        decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
        // The size of the upright photo, as the decoder has read the EXIF orientation.
        uploadSize(info.size.width, info.size.height)?.let { (width, height) ->
            decoder.setTargetSize(width, height)
        }
    }
    target.outputStream().use { bitmap.compress(Bitmap.CompressFormat.JPEG, 85, it) }
    bitmap.recycle()
    target
}
