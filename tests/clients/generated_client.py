"""Asks a server through the client that openapi-python-client generates.

python generated_client.py URL PHOTO
"""

import io
import json
import sys

from detect_client import Client
from detect_client.api.detection import detect
from detect_client.api.hugging_face import hugging_face_detect
from detect_client.api.models import list_models
from detect_client.models import DetectResult, HuggingFaceObject, ModelList
from detect_client.types import File

url, path = sys.argv[1:]
with open(path, "rb") as file:
    PHOTO = file.read()


def photo(content=PHOTO):
    return File(payload=io.BytesIO(content))


client = Client(base_url=url, timeout=60)
result = detect.sync(client=client, body=photo(), score=0.05, max_=3)
assert isinstance(result, DetectResult)
objects = hugging_face_detect.sync(client=client, body=photo())
assert isinstance(objects[0], HuggingFaceObject)
models = list_models.sync(client=client)
assert isinstance(models, ModelList)
failed = detect.sync_detailed(client=client, body=photo(b"no photo"))
print(
    json.dumps(
        {
            "detections": [each.to_dict() for each in result.detections],
            "objects": [each.label for each in objects],
            "model": models.default,
            "failed": [failed.status_code, failed.parsed.code, failed.parsed.detail],
        }
    )
)
