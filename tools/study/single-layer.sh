#!/usr/bin/env bash
# What a single layer loses with fewer inputs, by how they are chosen (first-k, max-response, LASSO),
# with and without a least-squares fit: figure 4 of He, Zhang and Sun (2017). Nothing is trained.
#
#   tools/study/single-layer.sh --net NET.onnx --data KIND:PATH --out NAME [--images N] LAYER...
#
# Writes NAME.md and NAME.svg. N training images (5000) are what outputs are compared on; accuracies
# are of the test images. One thread. 'espalier inspect NET.onnx' lists the layers.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
net='' data='' out='' images=5000

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --net | --data | --out | --images)
      [ $# -gt 1 ] || usage
      printf -v "${1#--}" '%s' "$2"
      shift 2
      ;;
    -*) usage ;;
    *) break ;;
  esac
done
[ -n "$net" ] && [ -n "$data" ] && [ -n "$out" ] && [ $# -gt 0 ] || usage

# Builds if there is something to build.
"$root/espalier" methods >/dev/null
jdk=$("$root/tools/find-jdk")
target=$root/espalier-cli/target
export OMP_WAIT_POLICY=PASSIVE OPENBLAS_NUM_THREADS=1 MALLOC_ARENA_MAX=1
exec "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -Dorg.bytedeco.javacpp.maxphysicalbytes=0 \
  -XX:MaxRAMPercentage=40 -Djava.awt.headless=true -cp "$target/lib/*" \
  io.espalier.method.reconstruct.SingleLayerMain "$net" "$data" "$out" "$images" "$@"
