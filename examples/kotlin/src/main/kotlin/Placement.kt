package com.example.detect

import com.example.detect.api.DetectResultImage
import com.example.detect.api.DetectionBox
import kotlin.math.max
import kotlin.math.min
import kotlin.math.roundToInt

/** Longer side of an uploaded photo, pixels. The models read fewer. */
private const val LONGER_SIDE = 1280

/**
 * Returns width and height of a photo for the upload, or null if the photo is small enough as it
 * is. The sizes are those of the upright photo, with the EXIF orientation applied.
 */
internal fun uploadSize(width: Int, height: Int): Pair<Int, Int>? {
    val factor = LONGER_SIDE.toDouble() / max(width, height)
    if (factor >= 1) return null
    fun scaled(side: Int) = max(1, (side * factor).roundToInt())
    return Pair(scaled(width), scaled(height))
}

/** Rectangle in a view, in pixels of the screen. */
data class Frame(val left: Float, val top: Float, val width: Float, val height: Float)

/**
 * Returns where a box lies in a view that shows the whole photo as large as possible, in its middle
 * (`ContentScale.Fit`).
 *
 * @param image size of the photo in the answer; the photo that was taken may be larger
 */
internal fun place(
    box: DetectionBox,
    image: DetectResultImage,
    viewWidth: Float,
    viewHeight: Float,
): Frame {
    val scale = min(viewWidth / image.width, viewHeight / image.height)
    return Frame(
        left = (viewWidth - image.width * scale) / 2 + box.xmin.toFloat() * scale,
        top = (viewHeight - image.height * scale) / 2 + box.ymin.toFloat() * scale,
        width = (box.xmax - box.xmin).toFloat() * scale,
        height = (box.ymax - box.ymin).toFloat() * scale,
    )
}
