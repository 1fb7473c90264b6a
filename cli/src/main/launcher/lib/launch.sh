# shellcheck shell=sh
# Sourced by ./salvor, ./salvor-test and a release's bin/salvor: finds a JDK, starts the command line.
# It runs before every command, so it forks as little as it can.

SALVOR_JAVA_NEEDED=25

# is_java_home HOME [PROGRAM]: is that the home of a JDK new enough, which has PROGRAM (such as javac)?
# Reads the file "release" instead of starting Java.
is_java_home() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] && [ -x "$1/bin/${2:-java}" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      JAVA_VERSION=*)
        line=${line#JAVA_VERSION=}
        line=${line#\"}
        line=${line%%[!0-9]*}
        [ "${line:-0}" -ge "$SALVOR_JAVA_NEEDED" ]
        return
        ;;
    esac
  done <"$1/release"
  return 1
}

# find_java [PROGRAM]: sets java_home to a JDK that is new enough. Looks at JAVA_HOME, then the PATH,
# then where distributions and tools put them.
find_java() {
  java_home=${JAVA_HOME:-}
  if [ -n "$java_home" ] && is_java_home "$java_home" "$@"; then return 0; fi
  java_home=$(command -v java) && java_home=$(readlink -f "$java_home") || java_home=
  java_home=${java_home%/bin/java}
  if [ -n "$java_home" ] && is_java_home "$java_home" "$@"; then return 0; fi
  for java_home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /usr/local/jdk* \
    "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/*; do
    if is_java_home "$java_home" "$@"; then return 0; fi
  done
  java_home=
  {
    echo "salvor: no JDK $SALVOR_JAVA_NEEDED or later was found"
    echo "  JAVA_HOME, the PATH and /usr/lib/jvm were searched"
    echo "  install one (Debian: openjdk-25-jdk), or set JAVA_HOME to where it lies"
  } >&2
  return 1
}

# java_in HOME CACHE-OPTION MAIN ARGUMENT…: replaces the shell by MAIN from HOME/lib/salvor.jar.
#
# The whole process is to stay within 256 MiB: heap, direct buffers, code, classes and stacks are
# bounded one by one. SALVOR_JAVA_OPTS comes last and so can raise any of them.
java_in() {
  launch_lib=$1/lib
  launch_cache=$2
  launch_main=$3
  shift 3
  # The words of a command line are bytes; in the C locale Java would lose those beyond ASCII.
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
    *) export LC_ALL=C.UTF-8 ;;
  esac
  # The JVM's own log is off: a cache made by another JDK is to be passed over in silence.
  # shellcheck disable=SC2086 # SALVOR_JAVA_OPTS is a list of words
  exec "$java_home/bin/java" "$launch_cache" -Xlog:disable -Xlog:all=off \
    -Xms24m -Xmx144m -XX:MaxDirectMemorySize=24m -XX:ReservedCodeCacheSize=32m \
    -XX:MaxMetaspaceSize=64m -Xss512k -XX:+UseSerialGC -XX:-UsePerfData \
    --enable-native-access=ALL-UNNAMED -Djava.library.path="$launch_lib/native" \
    ${SALVOR_JAVA_OPTS:-} \
    -cp "$launch_lib/salvor.jar" "$launch_main" "$@"
}

# launch HOME ARGUMENT…: runs the command line; a missing or foreign cache only makes the start slower.
launch() {
  launch_home=$1
  shift
  java_in "$launch_home" "-XX:AOTCache=$launch_home/lib/salvor.aot" io.salvor.cli.Main "$@"
}

# warm_up HOME: makes the ahead-of-time cache by a training run in a scratch directory.
warm_up() {
  warm_up_scratch=$(mktemp -d) || return 1
  if (
    export SALVOR_CACHE_DIR="$warm_up_scratch/state" SALVOR_REPO="$warm_up_scratch/repository"
    export SALVOR_PASSWORD=training
    unset SALVOR_PASSWORD_FILE SALVOR_SERVER SALVOR_CONFIG SALVOR_JAVA_OPTS
    java_in "$1" "-XX:AOTCacheOutput=$1/lib/salvor.aot.new" io.salvor.cli.Training "$warm_up_scratch"
  ) && [ -s "$1/lib/salvor.aot.new" ]; then
    mv -f "$1/lib/salvor.aot.new" "$1/lib/salvor.aot"
    warm_up_status=0
  else
    rm -f "$1/lib/salvor.aot.new"
    warm_up_status=1
  fi
  rm -rf "$warm_up_scratch"
  return $warm_up_status
}
