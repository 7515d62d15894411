#!/usr/bin/env bash
# Networks that choose their channels for each image, next to what they compete with:
#
#   tools/study/dynamic.sh --net NET.onnx|ZOO-NAME --data KIND:PATH --out DIR [--shares "25"] [--seeds "1"]
#       [--variants "sanp static fixed-k fbs"] [--cuts "l1"] [--preset default] [--backbone-epochs 25]
#       [--epochs 12] [-- more options of training]
#   tools/study/dynamic.py DIR
#
# One backbone (--backbone-epochs with seed 1; a file is taken as it is), then for each share of the MACs (in per cent)
# and each seed: every variant (an epoch of warm-up, then --epochs), and the backbone pruned to that share by every method
# of --cuts and trained as long, one epoch more (what a method such as fcp trains before its cut comes on top); and for
# each seed the backbone trained on without gates for as many. What is done is skipped, what was cut off goes on. The
# variant channel-gating has to be named; its paths cannot cost less than their first parts.
set -uo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
net='' data='' out='' shares=25 seeds=1 variants='sanp static fixed-k fbs' cuts=l1 preset=default
backbone_epochs=25 epochs=12 more=()

while [ $# -gt 0 ]; do
  case $1 in
    --) shift && more=("$@") && break ;;
    --net | --data | --out | --shares | --seeds | --variants | --cuts | --preset | --backbone-epochs | --epochs)
      [ $# -gt 1 ] || usage "${BASH_SOURCE[0]}" 13
      name=${1#--}
      printf -v "${name//-/_}" '%s' "$2"
      shift 2
      ;;
    *) usage "${BASH_SOURCE[0]}" 13 ;;
  esac
done
[ -n "$net" ] && [ -n "$data" ] && [ -n "$out" ] || usage "${BASH_SOURCE[0]}" 13
lock

backbone=$net
if [ ! -e "$net" ]; then
  step backbone train "$net" --data "$data" --epochs "$backbone_epochs" --seed 1 "${more[@]}"
  backbone=$out/backbone.onnx
fi
for seed in $seeds; do
  step "longer-s$seed" train "$backbone" --data "$data" --epochs "$((epochs + 1))" --seed "$seed" "${more[@]}"
  for share in $shares; do
    for variant in $variants; do
      step "$variant-$share-s$seed" train "$backbone" --data "$data" --dynamic "$variant" --preset "$preset" \
        --budget "macs=$share%" --epochs "$epochs" --seed "$seed" "${more[@]}"
    done
    for cut in $cuts; do
      step "$cut-$share-s$seed" prune "$backbone" --data "$data" -m "$cut" --budget "macs=$share%" \
        --epochs "$((epochs + 1))" --seed "$seed" --no-bench "${more[@]}"
    done
  done
done
