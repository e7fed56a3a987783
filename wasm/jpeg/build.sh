#!/bin/sh
# Builds src/codecs/jpeg.wasm. See README.md.
#
# usage: build.sh LIBJPEG_TURBO_FOLDER [OUTPUT]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$1/src" && pwd)
output=${2:-$here/../../src/codecs/jpeg.wasm}
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

(cd "$sources" && sha256sum --check --quiet "$here/sources.sha256")

# compile FILE [FLAG...]
compile() {
  file=$1
  shift
  clang-14 --target=wasm32 -std=c11 -O3 -mbulk-memory -nostdlibinc -fvisibility=hidden \
    -I"$here/include" -I"$sources" -include "$here/include/features.h" \
    -Wall -Wno-unused "$@" -c "$file" -o "$objects/$(basename "$file" .c).o"
}

for name in jcomapi jdapimin jdapistd jdcoefct jdcolor jddctmgr jdinput jdmainct jdmarker \
  jdmaster jdpostct jdsample jidctred jmemmgr jutils; do
  compile "$sources/$name.c"
done
# The name of a 64-bit machine with 32-bit pointers gives the bit reader 64 bits.
compile "$sources/jdhuff.c" -D__x86_64__
compile "$sources/jdphuff.c" -D__x86_64__
compile "$sources/jidctint.c" -DNO_IDCT_SCALING
compile "$here/decoder.c"
compile "$here/omitted.c"

# The stack comes first, so that an overflow traps instead of overwriting data.
wasm-ld-14 "$objects"/*.o -o "$output" --no-entry --gc-sections --strip-all \
  --stack-first -z stack-size=65536 --max-memory=4294967296
chmod 644 "$output"
sha256sum "$output"
