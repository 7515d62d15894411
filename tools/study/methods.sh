#!/usr/bin/env bash
# Prunes one network by many methods, one run after the other, and keeps what each prints as JSON:
#
#   tools/study/methods.sh --net NET.onnx --data KIND:PATH --out DIR [--epochs N] [--seeds "1 2 3"]
#       [--budget macs=50%] [--methods FILE] [-- more options of prune]
#   tools/study/table.py DIR
#
# FILE has a line for each method: a label, then options of prune, such as
#   l1-uniform  -m l1 --ranking uniform
# A line may bring its own --budget and --epochs. Without FILE: methods.txt beside this script. Runs that are
# finished are skipped, runs that were cut off go on, runs that fail are listed at the end.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
espalier=${ESPALIER:-$here/../../espalier}
net='' data='' out='' epochs=0 seeds=1 budget=macs=50% methods=$here/methods.txt more=()

usage() {
  sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --) shift && more=("$@") && break ;;
    --net | --data | --out | --epochs | --seeds | --budget | --methods)
      [ $# -gt 1 ] || usage
      printf -v "${1#--}" '%s' "$2"
      shift 2
      ;;
    *) usage ;;
  esac
done
[ -n "$net" ] && [ -n "$data" ] && [ -n "$out" ] || usage
[ -r "$net" ] || { echo "methods.sh: cannot read $net" >&2; exit 1; }
[ -r "$methods" ] || { echo "methods.sh: cannot read $methods" >&2; exit 1; }
mkdir -p "$out/nets" "$out/runs" || exit 1

# Two studies at a time would spoil each other's latencies.
exec 9>"$out/lock"
flock -n 9 || { echo "methods.sh: another study is at work in $out" >&2; exit 1; }

# One prune: label, seed, options of the method.
prune() {
  local name=$1-s$2 seed=$2 begin=$SECONDS code
  local options=("${@:3}")
  [ -s "$out/$name.json" ] && return 0
  case " ${options[*]} " in
    *' --budget '* | *' --budget='* | *' -b '*) ;;
    *) options+=(--budget "$budget") ;;
  esac
  if [ "$epochs" -gt 0 ]; then
    [[ " ${options[*]} " == *' --epochs '* ]] || options+=(--epochs "$epochs")
    options+=(--run "$out/runs/$name")
  fi
  echo "$(date +%H:%M:%S) $name: prune ${options[*]}"
  "$espalier" prune "$net" --data "$data" --seed "$seed" "${options[@]}" "${more[@]}" \
    --out "$out/nets/$name.onnx" --force --json >"$out/$name.part" 2>"$out/$name.log" </dev/null 9>&-
  code=$?
  if [ $code -eq 0 ]; then
    mv "$out/$name.part" "$out/$name.json"
    echo "$(date +%H:%M:%S) $name: done in $((SECONDS - begin)) s"
    return 0
  fi
  rm -f "$out/$name.part"
  [ $code -eq 130 ] && echo "methods.sh: interrupted; the same command goes on" >&2 && exit 130
  echo "$(date +%H:%M:%S) $name: failed: $(grep '^espalier: ' "$out/$name.log" | tail -n 1)"
  return 1
}

failed=()
for seed in $seeds; do
  while read -r label options; do
    case $label in '' | '#'*) continue ;; esac
    # Options are words without blanks; a glob in them is for espalier.
    set -f
    # shellcheck disable=SC2086
    prune "$label" "$seed" $options || failed+=("$label-s$seed")
    set +f
  done <"$methods"
done
[ ${#failed[@]} -eq 0 ] && exit 0
echo "methods.sh: failed: ${failed[*]}; see the .log files in $out" >&2
exit 1
