#!/usr/bin/env bash
# Measures with JMH: run.sh [ROUNDS] [SUITE...] [MODEL.onnx], where SUITE is requests (the default), threads, ordinary,
# network, load, overlap, queue, calls or steps, and the model takes the place of the generated network. Each round measures
# every benchmark of a suite in a fresh JVM and takes the ratios within the round.
# "run.sh slices" measures all in one JVM in turn, which also works on a busy machine; "run.sh cores" does so for
# reserving and releasing cores, "run.sh logs" for calls that log, beside log4j2, and "run.sh places" for requests that
# log to a place that is broken. "run.sh scale" measures 1 to 64 cores and 1 to 1,000 models, each in a process of its
# own, and "run.sh deadlines" how late the first time-outs of 20 new processes come. What was measured is kept in the folder
# results, from which "run.sh plots" draws the pictures of docs.
source "$(dirname -- "${BASH_SOURCE[0]}")/prepare.sh"
exec "$jdk/bin/java" -Dglia.home="$home" -Dglia.benchmarks.results="$benchmarks/results" \
    -Dglia.benchmarks.plots="$root/docs" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$class_path" dev.glia.benchmarks.Main "$@"
