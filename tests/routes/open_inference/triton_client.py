"""Asks a server as any user of tritonclient does, and prints what came back as JSON.

python triton_client.py HOST:PORT PICTURE [PIXELS WIDTH HEIGHT]
"""

import base64
import json
import sys

import numpy
import tritonclient.http as triton

MODEL = "everyday8"
OPTIONS = {"score": 0.05, "max": 5}
OUTPUTS = ["boxes", "scores", "class_ids", "labels", "num_detections"]

address, path, *raw = sys.argv[1:]
client = triton.InferenceServerClient(address)
with open(path, "rb") as file:
    PICTURE = file.read()


def tensor(array, binary=True):
    datatype = {"object": "BYTES", "uint8": "UINT8", "float32": "FP32"}[str(array.dtype)]
    image = triton.InferInput("image", list(array.shape), datatype)
    return image.set_data_from_numpy(array, binary_data=binary)


def found(image, outputs=None, binary=None, compression=None, **options):
    """Every output that came, as lists, with its type and shape as numpy sees them."""
    asked = outputs and [
        triton.InferRequestedOutput(name, binary_data=binary) for name in outputs
    ]
    result = client.infer(
        MODEL,
        [image],
        outputs=asked,
        request_id="a-1",
        parameters={**OPTIONS, **options},
        request_compression_algorithm=compression,
        response_compression_algorithm=compression,
    )
    response = result.get_response()
    arrays = {each["name"]: result.as_numpy(each["name"]) for each in response["outputs"]}
    return {
        "id": response["id"],
        "types": {name: str(array.dtype) for name, array in arrays.items()},
        "shapes": {name: array.shape for name, array in arrays.items()},
        **{name: texts(array).tolist() for name, array in arrays.items()},
    }


def texts(array):
    """Labels are bytes in binary data and texts in JSON."""
    if array.dtype != object:
        return array
    flat = [x.decode() if isinstance(x, bytes) else x for x in array.flat]
    return numpy.array(flat, object).reshape(array.shape)


def error(call):
    try:
        call()
    except triton.InferenceServerException as failure:
        return {"status": failure.status(), "message": failure.message()}
    return None


encoded = numpy.array([PICTURE], object)
text = numpy.array([base64.b64encode(PICTURE)], object)
answers = {
    "live": client.is_server_live(),
    "ready": client.is_server_ready(),
    "modelReady": client.is_model_ready(MODEL),
    "versionReady": client.is_model_ready(MODEL, "1"),
    "otherReady": client.is_model_ready("nope"),
    "server": client.get_server_metadata(),
    "model": client.get_model_metadata(MODEL),
    "index": client.get_model_repository_index(),
    "config": client.get_model_config(MODEL),
    "gzip": found(tensor(encoded), compression="gzip"),
    "deflate": found(tensor(encoded), compression="deflate"),
    "pair": found(tensor(numpy.array([[PICTURE], [PICTURE]], object))),
    "binary": found(tensor(encoded)),
    "json": found(tensor(text, binary=False), OUTPUTS, binary=False),
    "mixed": found(tensor(encoded), ["labels", "boxes"], binary=True),
    "nothing": found(tensor(encoded), score=1.0),
    "errors": {
        "model": error(lambda: client.infer("nope", [tensor(encoded)])),
        "metadata": error(lambda: client.get_model_metadata("nope")),
        "output": error(lambda: found(tensor(encoded), ["masks"], binary=True)),
        "image": error(lambda: found(tensor(numpy.array([b"no picture"], object)))),
        "option": error(lambda: found(tensor(encoded), score=7)),
        "batch": error(lambda: found(tensor(numpy.array([PICTURE] * 17, object)))),
    },
}
if raw:
    pixels_path, width, height = raw
    pixels = numpy.fromfile(pixels_path, numpy.uint8).reshape(int(height), int(width), 3)
    answers["pixels"] = found(tensor(pixels))
    answers["batchOfOne"] = found(tensor(pixels[None]))
    answers["floats"] = found(tensor(pixels.astype(numpy.float32)))
    answers["shares"] = found(tensor(pixels.astype(numpy.float32)[None] / 255))
    planes = numpy.ascontiguousarray(pixels.transpose(2, 0, 1), numpy.float32)
    answers["planes"] = found(tensor(planes))
    pair = numpy.stack([pixels, pixels])
    answers["pixelPair"] = found(tensor(pair))
    answers["floatPair"] = found(tensor(pair.astype(numpy.float32)))
    answers["planePair"] = found(tensor(numpy.stack([planes, planes]) / 255), compression="gzip")
    small = tensor(pixels[::8, ::8].copy(), binary=False)
    answers["smallPixels"] = found(small, OUTPUTS, binary=False)
    small = tensor(pixels[::8, ::8].copy())
    answers["smallBinaryPixels"] = found(small)
print(json.dumps(answers))
