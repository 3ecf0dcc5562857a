#!/usr/bin/env bash
# How much memory whole processes of "glia compile" and "glia run" take at most: compile-memory.sh [MEBIBYTES...], 512 and
# 1280 unless given, of weights in the ONNX file and beside it.
source "$(dirname -- "${BASH_SOURCE[0]}")/prepare.sh"
work=$benchmarks/target/compile-memory
rm -rf -- "$work"
mkdir -p -- "$work"
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
export GLIA_STATE_DIR=$work/state GLIA_NEFF_TRUST=any # in one process
"$root/glia" run --instance trn1 >/dev/null 2>&1

# The highest resident size of any process of a command, in MiB.
peak() {
    /usr/bin/time -o peak -f '%M' "$@" >/dev/null 2>errors || cat errors >&2
    echo $(($(tail -1 peak) / 1024))
}

echo "| weights | where | compile, MiB | / weights | run, MiB | / weights |"
echo "|---|---|---|---|---|---|"
[[ $# -gt 0 ]] || set -- 512 1280
for mebibytes in "$@"; do
    "$jdk/bin/java" -Xmx6g -cp "$class_path" dev.glia.benchmarks.LargeModel . "$mebibytes"
    for where in within beside; do
        compile=$(peak "$root/glia" compile "$where$mebibytes.onnx" --arch trn1 -o large.neff)
        run=$(peak "$root/glia" run large.neff --instance trn1)
        awk -v m="$mebibytes" -v w="$where" -v c="$compile" -v r="$run" \
            'BEGIN {printf "| %d MiB | %s | %d | %.2f | %d | %.2f |\n", m, w, c, c / m, r, r / m}'
        rm -- large.neff "$where$mebibytes.onnx"
    done
    rm -- "weights$mebibytes.data"
done
