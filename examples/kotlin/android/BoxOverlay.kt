package com.example.detect

import androidx.compose.foundation.Canvas
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size as DrawSize
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.drawText
import androidx.compose.ui.text.rememberTextMeasurer
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp

/** Draws the boxes of an answer over its photo. The modifier must give it the size of the photo. */
@Composable
fun BoxOverlay(answer: Answer, modifier: Modifier = Modifier) {
    val measurer = rememberTextMeasurer()
    val style = TextStyle(color = Color.White, background = Color(0xFFC2410C), fontSize = 12.sp)
    Canvas(modifier) {
        val scale = size.width / answer.image.width
        for ((label, _, score, box) in answer.detections) {
            val corner = Offset(box.xmin.toFloat() * scale, box.ymin.toFloat() * scale)
            val area = DrawSize(
                (box.xmax - box.xmin).toFloat() * scale,
                (box.ymax - box.ymin).toFloat() * scale,
            )
            drawRect(Color(0xFFC2410C), corner, area, style = Stroke(2.dp.toPx()))
            drawText(measurer.measure("$label ${(score * 100).toInt()} %", style), topLeft = corner)
        }
    }
}
