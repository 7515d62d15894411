# Sourced by the studies of this folder: one call of espalier a step, resumable. The caller sets `out`.
# shellcheck shell=bash
espalier=${ESPALIER:-$(dirname "${BASH_SOURCE[0]}")/../../espalier}

# step NAME COMMAND ARGS...: runs 'espalier COMMAND ARGS' unless out/NAME.json is there already. Writes
# out/NAME.onnx and out/NAME.json; what it says goes to out/NAME.log, the analysis of its gates to
# out/NAME-analysis. A step that was cut off goes on.
step() {
  local name=$1 command=$2 begin=$SECONDS code
  shift 2
  [ -s "$out/$name.json" ] && return 0
  mkdir -p "$(dirname "$out/$name")" || exit 1
  echo "$(date +%H:%M:%S) $name: $command $*"
  local run=()
  case " $* " in *' --epochs '*) run=(--run "$out/runs/$name") ;; esac
  "$espalier" "$command" "$@" "${run[@]}" --out "$out/$name.onnx" --force --json \
    >"$out/$name.part" 2>"$out/$name.log" </dev/null
  code=$?
  if [ $code -ne 0 ]; then
    rm -f "$out/$name.part"
    [ $code -eq 130 ] && echo "interrupted; the same command goes on" >&2 && exit 130
    echo "$name failed: $(grep '^espalier: ' "$out/$name.log" | tail -n 1)" >&2
    exit 1
  fi
  mv "$out/$name.part" "$out/$name.json"
  rm -rf "$out/$name-analysis"
  [ ! -d "$out/runs/$name/analysis" ] || mv "$out/runs/$name/analysis" "$out/$name-analysis"
  rm -rf "$out/runs/$name"
  echo "$(date +%H:%M:%S) $name: done in $((SECONDS - begin)) s"
}

# usage FILE LAST: prints lines 2 to LAST of the script as help and ends.
usage() {
  sed -n "2,$2s/^# \{0,1\}//p" "$1" >&2
  exit 2
}

# Two studies at a time in one folder would mix.
lock() {
  mkdir -p "$out" || exit 1
  exec 9>"$out/lock"
  flock -n 9 || { echo "another study is at work in $out" >&2; exit 1; }
}
