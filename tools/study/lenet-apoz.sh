#!/usr/bin/env bash
# LeNet 20-50-500-10 on Fashion-MNIST, trimmed by apoz in rounds (Hu et al. 2016, tables 2 and 3):
#
#   tools/study/lenet-apoz.sh --out DIR [--data KIND:PATH] [--seeds "1 2 3 4 5"] [--epochs 15]
#       [--round-epochs 8] [--k "1 1 1 1"] [--anew 2] [-- more options of train and prune]
#   tools/study/lenet-apoz.py DIR
#
# For each seed: the untrimmed network (--epochs); one round for each number in --k, in which the units
# of conv2 and fc1 go whose share of zeros on the validation split (a tenth of the training images) is
# more than k standard deviations above their layer's mean, and the rest is trained on
# (--round-epochs); the control, trained as often and as long without a cut; and --anew rounds in which
# the weights are drawn anew after the cut and trained like the first network. What is done is skipped,
# what was cut off goes on. Data without --data: /usr/share/datasets/fashion-mnist (Debian's package
# dataset-fashion-mnist).
set -uo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
data=idx:/usr/share/datasets/fashion-mnist
out='' seeds='1 2 3 4 5' epochs=15 round_epochs=8 k='1 1 1 1' anew=2 more=()

while [ $# -gt 0 ]; do
  case $1 in
    --) shift && more=("$@") && break ;;
    --data | --out | --seeds | --epochs | --round-epochs | --k | --anew)
      [ $# -gt 1 ] || usage "${BASH_SOURCE[0]}" 15
      name=${1#--}
      printf -v "${name//-/_}" '%s' "$2"
      shift 2
      ;;
    *) usage "${BASH_SOURCE[0]}" 15 ;;
  esac
done
[ -n "$out" ] || usage "${BASH_SOURCE[0]}" 15
lock

study() {
  local seed=$1 last=base round=0 factor
  local dir=s$seed
  local all=(--data "$data" --validation 0.1 --seed "$seed" --threads 1 --augment none "${more[@]}")
  local first=("${all[@]}" --epochs "$epochs" --lr 0.05)
  local trim=(-m apoz --freeze conv1 --own-threshold --no-bench)
  local measure=(-m apoz --budget params=100% --no-bench)
  step "$dir/base" train lenet "${first[@]}"
  for factor in $k; do
    round=$((round + 1))
    step "$dir/kept-$round" prune "$out/$dir/$last.onnx" "${trim[@]}" --set "k=$factor" \
      "${all[@]}" --epochs "$round_epochs" --lr 0.01
    last=kept-$round
  done
  step "$dir/kept-end" prune "$out/$dir/$last.onnx" "${measure[@]}" --data "$data" --validation 0.1 --seed "$seed" "${more[@]}"
  last=base
  for round in $(seq "$(wc -w <<<"$k")"); do
    step "$dir/control-$round" prune "$out/$dir/$last.onnx" "${measure[@]}" "${all[@]}" \
      --epochs "$round_epochs" --lr 0.01
    last=control-$round
  done
  last=base round=0
  for factor in $k; do
    round=$((round + 1))
    [ "$round" -le "$anew" ] || break
    step "$dir/anew-$round" prune "$out/$dir/$last.onnx" "${trim[@]}" --set "k=$factor" \
      --reinitialise "${first[@]}"
    last=anew-$round
  done
  [ "$anew" -eq 0 ] ||
    step "$dir/anew-end" prune "$out/$dir/$last.onnx" "${measure[@]}" --data "$data" --validation 0.1 --seed "$seed" "${more[@]}"
}

for seed in $seeds; do
  study "$seed"
done
