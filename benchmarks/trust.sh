#!/usr/bin/env bash
# Measures what GLIA_NEFF_TRUST costs: trust.sh [RUNS], 12 unless given. Whole processes of "glia run" and "glia compile"
# with the sample, in turn: without a trial, with one, with a graph that is known, and isolated; then requests of
# "glia bench". Prints the median, the least and the greatest, of wall-clock and processor time.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
runs=${1:-12}
work=$root/benchmarks/target/trust
rm -rf -- "$work"
mkdir -p -- "$work"
cd -- "$work"
export GLIA_STATE_DIR=$work/state GLIA_INSTANCE=trn1

run() { GLIA_NEFF_TRUST=$1 "$root/glia" run edges.neff --input image=sample.png --output edges=edges.png; }
compile() { GLIA_NEFF_TRUST=$1 "$root/glia" compile edges.onnx --arch trn1 -o edges.neff; }
run_any() { run any; }
run_known() { run tried; }
run_tried() { run tried; }
run_isolated() { run isolated; }
compile_any() { compile any; }
compile_tried() { compile tried; }
contestants=(run_any run_known run_tried run_isolated compile_any compile_tried)

GLIA_NEFF_TRUST=any "$root/glia" run >/dev/null
cp -- "$(ls "$GLIA_STATE_DIR"/samples/*.onnx | head -n 1)" edges.onnx
compile tried >/dev/null
for contestant in "${contestants[@]}"; do "$contestant" >/dev/null; done

measure() {
    local seconds user system
    read -r seconds user system < <(TIMEFORMAT='%3R %3U %3S'; { time "$1" >/dev/null 2>&1; } 2>&1)
    echo $((10#${seconds/[.,]/})) >>"$1.wall"
    echo $((10#${user/[.,]/} + 10#${system/[.,]/})) >>"$1.cpu"
}

for ((round = 1; round <= runs; round++)); do
    for contestant in "${contestants[@]}"; do
        [[ $contestant != run_tried ]] || rm -rf -- "$GLIA_STATE_DIR/tried"
        measure "$contestant"
    done
done
for contestant in "${contestants[@]}"; do
    for clock in wall cpu; do
        sort -n -- "$contestant.$clock" | awk -v name="$contestant $clock" \
            '{v[NR] = $1} END {printf "%-20s %5d ms (%d to %d)\n", name, v[1 + int((NR - 1) / 2 + 0.5)], v[1], v[NR]}'
    done
done
for ((round = 1; round <= 5; round++)); do
    for trust in any isolated; do
        echo "requests, $trust"
        GLIA_NEFF_TRUST=$trust "$root/glia" bench edges.neff --depth 0 --seconds 3
    done
done
