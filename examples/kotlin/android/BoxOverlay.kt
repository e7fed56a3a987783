package com.example.detect

import androidx.compose.foundation.Canvas
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.drawText
import androidx.compose.ui.text.rememberTextMeasurer
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import com.example.detect.api.DetectResult
import kotlin.math.roundToInt

private val COLOUR = Color(0xFFC2410C)

/** Draws the boxes of an answer over its photo, which has the same modifier and `ContentScale.Fit`. */
@Composable
fun BoxOverlay(answer: DetectResult, modifier: Modifier = Modifier) {
    val measurer = rememberTextMeasurer()
    val style = TextStyle(color = Color.White, background = COLOUR, fontSize = 12.sp)
    Canvas(modifier) {
        for ((label, _, score, box) in answer.detections) {
            val (left, top, width, height) = place(box, answer.image, size.width, size.height)
            val corner = Offset(left, top)
            drawRect(COLOUR, corner, Size(width, height), style = Stroke(2.dp.toPx()))
            val text = measurer.measure("$label ${(score * 100).roundToInt()} %", style)
            drawText(text, topLeft = corner)
        }
    }
}
