#!/bin/sh
# Builds src/codecs/png.wasm. See README.md.
#
# usage: build.sh LIBPNG_FOLDER ZLIB_FOLDER [OUTPUT]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
libpng=$(cd "$1" && pwd)
zlib=$(cd "$2" && pwd)
output=${3:-$here/../../src/codecs/png.wasm}
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

(cd "$libpng" && sha256sum --check --quiet "$here/libpng.sha256")
(cd "$zlib" && sha256sum --check --quiet "$here/zlib.sha256")

compile() {
  clang-14 --target=wasm32 -std=c11 -O3 -mbulk-memory -nostdlibinc -fvisibility=hidden -fno-builtin-malloc \
    -I"$here/include" -I"$libpng" -I"$zlib" -DZ_SOLO -DNO_GZIP -DPNG_NO_SETJMP -DPNG_NO_STDIO \
    -Wall -Wno-unused "$1" -c -o "$objects/$(basename "$1" .c).o"
}

for name in png pngerror pngget pngmem pngread pngrio pngrtran pngrutil pngset pngtrans; do
  compile "$libpng/$name.c"
done
for name in adler32 crc32 inffast inflate inftrees zutil; do
  compile "$zlib/$name.c"
done
compile "$here/decoder.c"

# The stack comes first, so that an overflow traps instead of overwriting data.
wasm-ld-14 "$objects"/*.o -o "$output" --no-entry --gc-sections --strip-all \
  --stack-first -z stack-size=65536 --max-memory=4294967296
chmod 644 "$output"
sha256sum "$output"
