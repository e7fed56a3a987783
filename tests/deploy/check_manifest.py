"""Holds a manifest to the schema of its kind, strictly, and prints it as JSON.

A Knative Service is read by models that were made of its CRD; they drop what they do not know, so
that it must come back as it was. An InferenceService is walked by the types of KServe's own client,
and its containers are checked as those of a Pod. Other kinds are checked by the schemas of Kubernetes.
A file with several manifests is printed as a list.
"""

import ast
import importlib.util
import json
import pathlib
import re
import sys

import kubernetes_validate
import yaml

KUBERNETES = "1.35"
KSERVE = pathlib.Path(importlib.util.find_spec("kserve").submodule_search_locations[0])
SCALARS = {"str": str, "int": int, "bool": bool, "float": float}


class Strict(yaml.SafeLoader):
    """Refuses keys that occur twice, which YAML itself forbids."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a key occurs twice: {keys}")
        return super().construct_mapping(node, deep)


def check(manifest):
    kind = f"{manifest['apiVersion']} {manifest['kind']}"
    if kind == "serving.knative.dev/v1 Service":
        # Here, because the import takes seconds.
        from cloudcoil.models.knative_serving.serving.v1 import Service

        service = Service.model_validate(manifest)
        known = service.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if known != manifest:
            raise ValueError(f"not known to Knative: {difference(manifest, known)}")
        return check_containers(manifest["metadata"], manifest["spec"]["template"]["spec"])
    if kind == "serving.kserve.io/v1beta1 InferenceService":
        walk(manifest, "V1beta1InferenceService", kind)
        return check_containers(manifest["metadata"], manifest["spec"]["predictor"])
    if kind in ("apps/v1 Deployment", "v1 Service", "autoscaling/v2 HorizontalPodAutoscaler"):
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
        if kind == "apps/v1 Deployment":
            check_containers(manifest["metadata"], manifest["spec"]["template"]["spec"])
        return
    raise ValueError(f"no schema for {kind}")


def difference(given, known, place="") -> list:
    if isinstance(given, dict) and isinstance(known, dict):
        return [
            fault
            for key, value in given.items()
            for fault in (
                difference(value, known[key], f"{place}.{key}") if key in known else [f"{place}.{key}"]
            )
        ]
    if isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        return [f for i, pair in enumerate(zip(given, known)) for f in difference(*pair, f"{place}[{i}]")]
    return [] if given == known else [place]


def check_containers(metadata, spec):
    # Knative and KServe fill in the port of probes that name none.
    containers = json.loads(json.dumps(spec["containers"]))
    for container in containers:
        for probe in {"readinessProbe", "livenessProbe"} & container.keys():
            container[probe]["httpGet"].setdefault("port", 8080)
        for amounts in container["resources"].values():
            for amount in amounts.values():
                # The schema takes any text for a quantity.
                if not re.fullmatch(r"\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?", amount):
                    raise ValueError(f"no quantity: {amount}")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers}}
    kubernetes_validate.validate(pod, KUBERNETES, strict=True)


def walk(value, type_name, place):
    """Checks a value against a type of the client."""
    if type_name in ("V1ObjectMeta", "V1Container"):
        return  # by the Pod
    if inner := re.fullmatch(r"list\[(.+)\]", type_name):
        for i, each in enumerate(value):
            walk(each, inner[1], f"{place}[{i}]")
    elif type_name in SCALARS:
        if type(value) is not SCALARS[type_name]:
            raise ValueError(f"{place} must be of type {type_name}: current value is {value!r}")
    else:
        fields = fields_of(type_name)
        for key, each in value.items():
            if key not in fields:
                raise ValueError(f"{place} has {key}, which {type_name} has not")
            walk(each, fields[key], f"{place}.{key}")


def fields_of(type_name):
    """JSON names of a type's fields with their types; its file is read, since to import it takes all of KServe."""
    file = re.sub(r"(?<!^)(?=[A-Z])", "_", type_name).lower()
    tree = ast.parse((KSERVE / "models" / f"{file}.py").read_text())
    tables = {
        node.targets[0].id: ast.literal_eval(node.value)
        for cls in tree.body
        if isinstance(cls, ast.ClassDef)
        for node in cls.body
        if isinstance(node, ast.Assign)
    }
    types, names = tables["openapi_types"], tables["attribute_map"]
    return {names[field]: kind for field, kind in types.items()}


with open(sys.argv[1]) as file:
    manifests = list(yaml.load_all(file, Strict))
try:
    for manifest in manifests:
        check(manifest)
except Exception as error:
    sys.exit(f"{sys.argv[1]}: {error}")
print(json.dumps(manifests[0] if len(manifests) == 1 else manifests))
