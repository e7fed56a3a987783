"""Asks a server through the usual clients, and prints what came back as JSON.

python python_clients.py URL KEY PHOTO
"""

import asyncio
import base64
import dataclasses
import json
import sys

url, key, path = sys.argv[1:]
with open(path, "rb") as file:
    PHOTO = file.read()
MODEL = "everyday8"


def failure(call, *kinds):
    try:
        call()
    except kinds as error:
        return str(error)
    return None


def hugging_face():
    from huggingface_hub import InferenceClient
    from huggingface_hub.errors import HfHubHTTPError

    def plain(objects):
        return [{**each, "box": dict(each["box"])} for each in map(dict, objects)]

    client = InferenceClient(model=url, token=key)
    return {
        "raw": plain(client.object_detection(PHOTO)),
        "file": plain(client.object_detection(path, model=f"{url}/models/{MODEL}")),
        "threshold": plain(client.object_detection(PHOTO, threshold=0.05)),
        "error": failure(lambda: client.object_detection(b"no photo"), HfHubHTTPError),
        "noModel": failure(
            lambda: client.object_detection(PHOTO, model=f"{url}/models/none"), HfHubHTTPError
        ),
        "wrongKey": failure(
            lambda: InferenceClient(model=url, token="nonsense").object_detection(PHOTO),
            HfHubHTTPError,
        ),
    }


def roboflow():
    from inference_sdk import InferenceConfiguration, InferenceHTTPClient
    from inference_sdk.http.errors import HTTPCallErrorError

    def client(api_key=key, **options):
        client = InferenceHTTPClient(api_url=url, api_key=api_key)
        client.configure(InferenceConfiguration(**options))
        return client

    header = client(api_key_transport="header", confidence_threshold=0.05, max_detections=3)
    legacy = client(api_key_transport="legacy", confidence_threshold=0.05, max_detections=3)
    old = client(api_key_transport="legacy", confidence_threshold=0.05, max_detections=3)
    old.select_api_v0()
    batch = client(max_batch_size=4, confidence_threshold=0.05, max_detections=3)
    return {
        "info": dataclasses.asdict(header.get_server_info()),
        "models": [each.model_id for each in header.list_loaded_models().models],
        "header": header.infer(path, model_id=MODEL),
        "legacy": legacy.infer(path, model_id=f"{MODEL}/1"),
        "old": old.infer(path, model_id=f"{MODEL}/1"),
        "batch": batch.infer([path, path], model_id=MODEL),
        "async": asyncio.run(header.infer_async(path, model_id=MODEL)),
        "wrongKey": failure(
            lambda: client("nonsense", api_key_transport="header").infer(path, model_id=MODEL),
            HTTPCallErrorError,
        ),
        "wrongBodyKey": failure(lambda: client("nonsense").load_model(MODEL), HTTPCallErrorError),
        "noModel": failure(lambda: header.infer(path, model_id="none"), HTTPCallErrorError),
        "option": failure(
            lambda: client(confidence_threshold=7).infer(path, model_id=MODEL), HTTPCallErrorError
        ),
    }


def kserve():
    import numpy
    from httpx import HTTPStatusError
    from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    headers = {"Authorization": f"Bearer {key}"}

    def asked(*inputs, model=MODEL):
        request = InferRequest(model_name=model, infer_inputs=list(inputs), parameters={"max": 3})
        return client.infer(url, request, model_name=model, headers=dict(headers))

    def found(response):
        return {each.name: each.as_numpy().tolist() for each in response.outputs}

    def text(count=1):
        data = [base64.b64encode(PHOTO).decode()] * count
        return InferInput("image", [count], "BYTES", data)

    binary = InferInput("image", [1], "BYTES")
    binary.set_data_from_numpy(numpy.array([PHOTO], object), binary_data=True)

    async def ask():
        try:
            await asked(text(), model="none")
            error = None
        except HTTPStatusError as failed:
            error = str(failed)
        return {
            "live": await client.is_server_live(url),
            "ready": await client.is_server_ready(url),
            "modelReady": await client.is_model_ready(url, MODEL, headers=headers),
            "text": found(await asked(text())),
            "binary": found(await asked(binary)),
            "pair": found(await asked(text(2))),
            "noModel": error,
        }

    return asyncio.run(ask())


def open_inference():
    import httpx
    from open_inference.openapi.client import OpenInferenceClient
    from open_inference.openapi.errors import BadRequestError
    from open_inference.openapi.types import InferenceRequest, RequestInput

    session = httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=60)
    client = OpenInferenceClient(base_url=url, httpx_client=session)
    client.check_server_liveness()
    client.check_server_readiness()
    client.check_model_readiness(MODEL)

    def request(name):
        data = [base64.b64encode(PHOTO).decode()]
        image = RequestInput(name=name, shape=[1], datatype="BYTES", data=data)
        return InferenceRequest(id="a-1", parameters={"max": 3}, inputs=[image])

    response = client.model_infer(MODEL, request=request("image"))
    return {
        "server": client.read_server_metadata().name,
        "inputs": [each.name for each in client.read_model_metadata(MODEL).inputs],
        "id": response.id,
        "outputs": {each.name: json.loads(each.data.json()) for each in response.outputs},
        "error": failure(lambda: client.model_infer(MODEL, request=request("photo")), BadRequestError),
    }


print(json.dumps({each.__name__: each() for each in (hugging_face, roboflow, kserve, open_inference)}))
