#!/usr/bin/env bash
# LeNet 20-50-500-10 on Fashion-MNIST, trimmed by apoz in rounds (Hu et al. 2016, tables 2 and 3):
#
#   tools/study/lenet-apoz.sh --out DIR [--data KIND:PATH] [--limit N] [--seeds "1 2 3 4 5"] [--epochs 15]
#       [--round-epochs 8] [--round-lr 0.05] [--rules "1 1 1 params=112094"] [--anew 2] [-- more options of training]
#   tools/study/lenet-apoz.py DIR
#
# For each seed: the untrimmed network (--epochs); one round for each of --rules, in which units of conv2
# and fc1 go by their share of zeros on the validation split (a tenth of the training images), and the
# rest is trained on (--round-epochs). A rule is a number k: units whose share is more than k standard
# deviations above their layer's mean go; or a budget: those with the most zeros go until it is met
# (112,094 parameters are those of the paper's last network, 3.85 times fewer). Then the control, trained
# as often and as long without a cut; and --anew rounds in which the weights are drawn anew after the cut
# and trained like the first network. What is done is skipped, what was cut off goes on. Data without
# --data: /usr/share/datasets/fashion-mnist (Debian's package dataset-fashion-mnist).
set -uo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
data=idx:/usr/share/datasets/fashion-mnist
out='' limit='' seeds='1 2 3 4 5' epochs=15 round_epochs=8 round_lr=0.05
rules='1 1 1 params=112094' anew=2 more=()

while [ $# -gt 0 ]; do
  case $1 in
    --) shift && more=("$@") && break ;;
    --data | --out | --limit | --seeds | --epochs | --round-epochs | --round-lr | --rules | --anew)
      [ $# -gt 1 ] || usage "${BASH_SOURCE[0]}" 16
      name=${1#--}
      printf -v "${name//-/_}" '%s' "$2"
      shift 2
      ;;
    *) usage "${BASH_SOURCE[0]}" 16 ;;
  esac
done
[ -n "$out" ] || usage "${BASH_SOURCE[0]}" 16
lock

# The options of prune that a rule stands for; words without blanks.
options() {
  case $1 in
    *=*) echo "--budget $1" ;;
    *) echo "--own-threshold --set k=$1" ;;
  esac
}

# shellcheck disable=SC2046
study() {
  local seed=$1 last=base round=0 rule
  local dir=s$seed
  local images=(--data "$data" --validation 0.1 --seed "$seed" --threads 1 ${limit:+--limit "$limit"})
  local all=("${images[@]}" --augment none "${more[@]}")
  local first=("${all[@]}" --epochs "$epochs" --lr 0.05)
  local trim=(-m apoz --freeze conv1 --no-bench)
  local measure=(-m apoz --budget params=100% --no-bench)
  step "$dir/base" train lenet "${first[@]}"
  for rule in $rules; do
    round=$((round + 1))
    step "$dir/kept-$round" prune "$out/$dir/$last.onnx" "${trim[@]}" $(options "$rule") \
      "${all[@]}" --epochs "$round_epochs" --lr "$round_lr"
    last=kept-$round
  done
  step "$dir/kept-end" prune "$out/$dir/$last.onnx" "${measure[@]}" "${images[@]}"
  last=base
  for round in $(seq "$(wc -w <<<"$rules")"); do
    step "$dir/control-$round" prune "$out/$dir/$last.onnx" "${measure[@]}" "${all[@]}" \
      --epochs "$round_epochs" --lr "$round_lr"
    last=control-$round
  done
  last=base round=0
  for rule in $rules; do
    round=$((round + 1))
    [ "$round" -le "$anew" ] || break
    step "$dir/anew-$round" prune "$out/$dir/$last.onnx" "${trim[@]}" $(options "$rule") \
      --reinitialise "${first[@]}"
    last=anew-$round
  done
  [ "$anew" -eq 0 ] ||
    step "$dir/anew-end" prune "$out/$dir/$last.onnx" "${measure[@]}" "${images[@]}"
}

for seed in $seeds; do
  study "$seed"
done
