"""Does what `docker build` does, in folders instead of layers, and prints the image as JSON.

python build_image.py CONTEXT FOLDER

Copies what .dockerignore lets through, and runs what the Dockerfile runs; the base image's programs
lie in FOLDER/bin. An instruction that it does not know ends it, so that nothing is left out in
silence.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from e2b_dockerfile_utils import PatternMatcher, parse_dockerfile_ast

context, folder = (pathlib.Path(each).resolve() for each in sys.argv[1:])
lines = (context / ".dockerignore").read_text().splitlines()
ignored = PatternMatcher([line for line in lines if line and not line.startswith("#")])


def main():
    ast = parse_dockerfile_ast((context / "Dockerfile").read_text())
    if ast.warnings:
        raise SystemExit(f"warnings: {ast.warnings}")
    stages, image = {}, None
    for instruction in ast.instructions:
        if instruction.name.upper() == "FROM":
            base, *name = [word for word in instruction.args if word.upper() != "AS"]
            image = {"base": base, "root": folder / f"stage{len(stages)}", "env": {}, "workdir": "/"}
            stages[name[0] if name else "final"] = image
        else:
            build(image, instruction, stages)
    print(json.dumps(image, default=str))


def build(image, instruction, stages):
    name, args = instruction.name.upper(), instruction.args
    if name == "WORKDIR":
        image["workdir"] = args[0]
        place(image, ".").mkdir(parents=True, exist_ok=True)
    elif name == "COPY":
        flags = dict(flag.lstrip("-").split("=") for flag in instruction.flags)
        *sources, target = args
        root = stages[flags["from"]]["root"] if "from" in flags else None
        for source in sources:
            copy(root, source, place(image, target), target.endswith("/"))
    elif name == "RUN":
        # The environment says how this machine gets at packages.
        environment = {**os.environ, **image["env"]}
        environment["PATH"] = f"{folder / 'bin'}:{os.environ['PATH']}"
        environment["DENO_DIR"] = str(folder / "deno-dir")
        subprocess.run(
            args[0], shell=True, check=True, cwd=place(image, "."), env=environment, stdout=sys.stderr
        )
    elif name == "ENV":
        image["env"].update(zip(args[0::3], args[1::3]))
    elif name == "HEALTHCHECK":
        image["healthcheck"] = args[1:]
    elif name == "CMD":
        image["cmd"] = args
    elif name in ("USER", "EXPOSE"):
        image[name.lower()] = args[0]
    else:
        raise SystemExit(f"build_image.py does not know {name}")


def place(image, path):
    return image["root"] / (pathlib.PurePosixPath(image["workdir"]) / path).relative_to("/")


def copy(root, source, target, into):
    if root is not None:
        shutil.copytree(root / source.lstrip("/"), target, symlinks=True, dirs_exist_ok=True)
        return
    for file in [context / source] if (context / source).is_file() else (context / source).rglob("*"):
        path = file.relative_to(context)
        if not file.is_file() or ignored.matches(path.as_posix()):
            continue
        end = target / file.name if into else target / file.relative_to(context / source)
        end.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, end)


main()
