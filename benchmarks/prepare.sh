# Sourced by the scripts beside it: finds a JDK 25, builds what is missing, and says where things are.
set -euo pipefail

benchmarks=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname -- "$benchmarks")
home=$root/features/target/glia

for jdk in "${JAVA_HOME:-}" /usr/lib/jvm/*25* "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25* ''; do
    [[ -x $jdk/bin/javac ]] && grep -q '^JAVA_VERSION="25' "$jdk/release" 2>/dev/null && break
done
if [[ -z $jdk ]]; then
    echo "no JDK 25 found; set JAVA_HOME to one" >&2
    exit 1
fi

if [[ ! -f $home/features/core.json || ! -f $benchmarks/target/classpath.txt ]]; then
    echo "building, once ..." >&2
    (cd -- "$root" && JAVA_HOME=$jdk ./mvnw -q -DskipTests -pl features,benchmarks -am package) >&2
fi
class_path=$benchmarks/target/dev.glia.benchmarks-0.1.0.jar:$(cat -- "$benchmarks/target/classpath.txt")
