"""Peer: LitServe. Settings: PORT, MODEL (path of a manifest), THREADS.

LitServe reads JSON or forms, so that the image comes in a form.
"""

import os

import litserve
from detector import Detector


class DetectApi(litserve.LitAPI):
    def setup(self, device):
        self.detector = Detector(os.environ["MODEL"], int(os.environ["THREADS"]))

    def decode_request(self, request):
        return request["image"].file.read()

    def predict(self, image: bytes):
        return self.detector.detect(image)

    def encode_response(self, detections):
        return {"detections": detections}


if __name__ == "__main__":
    server = litserve.LitServer(DetectApi(api_path="/detect"), accelerator="cpu")
    server.run(port=int(os.environ["PORT"]), log_level="warning", generate_client_file=False)
