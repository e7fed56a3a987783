#!/bin/sh
# Builds src/codecs/rows_wasm.ts. See README.md.
#
# usage: build.sh [OUTPUT]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
output=${1:-$here/../../src/codecs/rows_wasm.ts}
module=$(mktemp)
trap 'rm -f "$module"' EXIT

clang-14 --target=wasm32 -std=c11 -O3 -msimd128 -mbulk-memory -nostdlib -Wall -Wextra "$here/rows.c" -o "$module" \
  -Wl,--no-entry -Wl,--strip-all -Wl,--export=__heap_base -Wl,--stack-first -Wl,-z,stack-size=1024

{
  echo '/** Bytes of the module that `wasm/rows/build.sh` builds, base64. */'
  echo '// deno-fmt-ignore'
  echo 'export const ROWS_WASM: string ='
  base64 -w 92 "$module" | sed 's/.*/  "&" +/; $ s/ +$/;/'
} > "$output"
sha256sum < "$module"
