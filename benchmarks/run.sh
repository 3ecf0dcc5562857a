#!/usr/bin/env bash
# Measures requests with JMH: run.sh [ROUNDS] [SUITE...], where SUITE is requests (the default), threads, queue or
# steps. Each round measures every benchmark of a suite in a fresh JVM and takes the ratios within the round.
# "run.sh slices" measures all in one JVM in turn, which also works on a busy machine; "run.sh cores" does so for
# reserving and releasing cores, "run.sh logs" for calls that log, beside log4j2, and "run.sh places" for requests that
# log to a place that is broken.
source "$(dirname -- "${BASH_SOURCE[0]}")/prepare.sh"
exec "$jdk/bin/java" -Dglia.home="$home" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$class_path" dev.glia.benchmarks.Main "$@"
