#!/usr/bin/env bash
# A plain network made four times cheaper (He, Zhang and Sun 2017, table 4): pruned by channel-pruning, with
# and without fine-tuning, next to networks of the same MACs that are trained from random weights, one of the
# pruned widths and one of uniform widths:
#
#   tools/study/four-times.sh --data KIND:PATH --out DIR [--limit N] [--seeds "1 2 3"] [--epochs 30]
#       [--tune 10] [--budget macs=25%] [--width macs=6.5%] [-- more options of training]
#   tools/study/four-times.py DIR
#
# The network is VGG-11 with batch normalisation, uniformly narrowed to --width, trained for --epochs. As in
# the paper, its last stage stays whole and the first three keep less than the fourth: about 1 to 1.5 with the
# default budget. Scratch networks are trained for as long as it; fine-tuning takes --tune epochs. The
# zeros of its activations are counted too (APoZ by layer). What is done is skipped, what was cut off goes on.
set -uo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
data='' out='' limit='' seeds='1 2 3' epochs=30 tune=10 budget=macs=25% width=macs=6.5% more=()

while [ $# -gt 0 ]; do
  case $1 in
    --) shift && more=("$@") && break ;;
    --data | --out | --limit | --seeds | --epochs | --tune | --budget | --width)
      [ $# -gt 1 ] || usage "${BASH_SOURCE[0]}" 14
      printf -v "${1#--}" '%s' "$2"
      shift 2
      ;;
    *) usage "${BASH_SOURCE[0]}" 14 ;;
  esac
done
[ -n "$data" ] && [ -n "$out" ] || usage "${BASH_SOURCE[0]}" 14
lock

study() {
  local dir=s$1
  local images=(--data "$data" --seed "$1" --threads 1 ${limit:+--limit "$limit"})
  local scratch=("${images[@]}" "${more[@]}" --epochs "$epochs" --lr 0.1)
  local base=$out/$dir/base.onnx
  # The widths of a network that nobody has trained; the one epoch on few images does not survive.
  step "$dir/wide" train vgg11 --data "$data" --seed "$1" --threads 1 --epochs 1 --batch 16 --limit 64
  step "$dir/narrow" prune "$out/$dir/wide.onnx" -m l1 --ranking uniform --budget "$width" \
    --reinitialise --seed "$1" --no-bench
  step "$dir/base" train "$out/$dir/narrow.onnx" "${scratch[@]}"
  step "$dir/pruned" prune "$base" -m channel-pruning --freeze 'stage5*' --ratio 'stage1*=0.65' \
    --ratio 'stage2*=0.65' --ratio 'stage3*=0.65' --budget "$budget" "${images[@]}" \
    "${more[@]}" --epochs "$tune" --lr 0.01 --no-bench
  step "$dir/scratch" prune "$base" --plan "$out/$dir/pruned.plan.json" --reinitialise "${scratch[@]}" --no-bench
  step "$dir/uniform" prune "$base" -m l1 --ranking uniform --budget "$budget" --reinitialise \
    "${scratch[@]}" --no-bench
  step "$dir/apoz" prune "$base" -m apoz --budget params=100% --set data=training "${images[@]}" --no-bench
}

for seed in $seeds; do
  study "$seed"
done
