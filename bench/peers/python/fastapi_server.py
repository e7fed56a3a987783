"""Peer: FastAPI on uvicorn. Settings: PORT, MODEL (path of a manifest), THREADS."""

import os

import uvicorn
from detector import Detector
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

app = FastAPI()
detector = Detector(os.environ["MODEL"], int(os.environ["THREADS"]))


@app.post("/detect")
async def detect(request: Request):
    image = await request.body()
    # Pillow and onnxruntime release the lock of the interpreter, so that threads share the cores.
    return {"detections": await run_in_threadpool(detector.detect, image)}


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="warning")
