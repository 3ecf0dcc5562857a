#!/usr/bin/env bash
# Measures whole processes: whole-process.sh [RUNS], 15 unless given. "glia run" with a model and a picture against a
# plain Java program (PlainOrt) that does the same with ONNX Runtime's Java API: once as anybody would start it, and
# once tuned, with everything that ./glia does for its own start. "sample" is "glia run" without arguments, which paints
# its picture instead of reading it. They run in turn, so that each ratio is that of neighbours.
source "$(dirname -- "${BASH_SOURCE[0]}")/prepare.sh"
runs=${1:-15}
work=$benchmarks/target/whole-process
rm -rf -- "$work"
mkdir -p -- "$work/native"
cd -- "$work"
export GLIA_STATE_DIR=$work/state

onnxruntime=$(tr ':' '\n' <"$benchmarks/target/classpath.txt" | grep '/onnxruntime-[0-9][^/]*\.jar$')
"$jdk/bin/jar" -xf "$(printf '%s\n' "$home"/bundles/dev.glia.engine-onnx-*.jar)" META-INF/glia/edges.onnx
mv META-INF/glia/edges.onnx .
plain_path=$benchmarks/target/dev.glia.benchmarks-0.1.0.jar:$onnxruntime
"$jdk/bin/java" -cp "$plain_path" dev.glia.benchmarks.NativeOrt native
tuned_flags=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Donnxruntime.native.path="$work/native")

glia() { "$root/glia" run edges.neff --instance trn1 --input image=sample.png --output edges=glia.png; }
sample() { "$root/glia" run --instance trn1; }
plain() {
    "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$plain_path" \
        dev.glia.benchmarks.PlainOrt edges.onnx sample.png plain.png
}
tuned() {
    "$jdk/bin/java" --enable-native-access=ALL-UNNAMED "${tuned_flags[@]}" -XX:SharedArchiveFile=plain.jsa \
        -cp "$plain_path" dev.glia.benchmarks.PlainOrt edges.onnx sample.png tuned.png
}

# The sample picture, the model, the archives of classes, and warm files.
"$root/glia" run --instance trn1 >/dev/null
"$root/glia" compile edges.onnx --arch trn1 -o edges.neff >/dev/null
"$jdk/bin/java" --enable-native-access=ALL-UNNAMED "${tuned_flags[@]}" -XX:ArchiveClassesAtExit=plain.jsa \
    -cp "$plain_path" dev.glia.benchmarks.PlainOrt edges.onnx sample.png plain.png >/dev/null 2>&1
for contestant in glia plain tuned; do "$contestant" >/dev/null 2>&1; done
"$jdk/bin/java" -cp "$plain_path" dev.glia.benchmarks.SamePicture glia.png plain.png tuned.png

# Runs a contestant once and notes its wall-clock and processor time; sets millis to the former.
measure() {
    local seconds user system
    read -r seconds user system < <(TIMEFORMAT='%3R %3U %3S'; { time "$1" >/dev/null 2>&1; } 2>&1)
    millis=$((10#${seconds/[.,]/}))
    echo "$millis" >>"$1.ms"
    echo $((10#${user/[.,]/} + 10#${system/[.,]/})) >>"$1.cpu"
}

# Of the numbers in a file: the place given in thousandths of the way from the least to the greatest.
at() { sort -n -- "$2" | awk -v place="$1" '{v[NR] = $1} END {print v[1 + int((NR - 1) * place / 1000 + 0.5)]}'; }

for ((run = 1; run <= runs; run++)); do
    declare -A took=()
    for contestant in glia plain tuned sample; do
        measure "$contestant"
        took[$contestant]=$millis
    done
    for own in glia sample; do
        for yardstick in plain tuned; do
            awk -v a="${took[$own]}" -v b="${took[$yardstick]}" 'BEGIN {printf "%.3f\n", a / b}' \
                >>"$own-$yardstick.ratio"
        done
    done
    printf '\r%d of %d' "$run" "$runs" >&2
done
printf '\r' >&2

printf '| process, %d runs | ms, median | ms, min | ms, max | processor ms, median |\n|---|---|---|---|---|\n' "$runs"
for contestant in glia sample plain tuned; do
    printf '| %s | %s | %s | %s | %s |\n' "$contestant" "$(at 500 "$contestant.ms")" "$(at 0 "$contestant.ms")" \
        "$(at 1000 "$contestant.ms")" "$(at 500 "$contestant.cpu")"
done
printf '\n| ratio | goal | median | min | max |\n|---|---|---|---|---|\n'
for own in glia sample; do
    for yardstick in plain tuned; do
        goal=$([[ $yardstick == plain ]] && echo "at most 1.50" || echo "-")
        printf '| %s / %s | %s | %s | %s | %s |\n' "$own" "$yardstick" "$goal" "$(at 500 "$own-$yardstick.ratio")" \
            "$(at 0 "$own-$yardstick.ratio")" "$(at 1000 "$own-$yardstick.ratio")"
    done
done
