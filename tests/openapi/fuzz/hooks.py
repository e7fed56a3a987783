"""Gives schemathesis real images, besides arbitrary bytes, so that some requests succeed."""

import base64
import pathlib

import schemathesis
from hypothesis import strategies as st

FORMATS = pathlib.Path(__file__).parents[2] / "sample_images" / "formats"
IMAGES = [
    (FORMATS / name).read_bytes()
    for name in ("rgb.png", "rgb.jpg", "rgb.gif", "rgb.bmp", "lossy.webp")
    if (FORMATS / name).exists()
]
IMAGE = st.one_of(st.sampled_from(IMAGES), st.binary(max_size=64))

schemathesis.openapi.media_type("image/*", IMAGE)
schemathesis.openapi.media_type("application/octet-stream", IMAGE)


@schemathesis.hook
def map_body(context, body):
    """Puts a real image in the place of every second text of an image."""
    if isinstance(body, dict) and isinstance(body.get("image"), str) and len(body["image"]) % 2 == 0:
        return {**body, "image": base64.b64encode(IMAGES[0]).decode()}
    return body


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Names the model that exists in every second request."""
    for name in {"id", "name"} & (path_parameters or {}).keys():
        if len(str(path_parameters[name])) % 2 == 0:
            path_parameters = {**path_parameters, name: "everyday8"}
    return path_parameters
