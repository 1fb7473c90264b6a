# Shared by bench/corpora and bench/peers; sourced, not run.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }
need() { command -v "$1" >/dev/null || die "needs $1 (Debian package $2)"; }

# The Debian archive's address as this machine's apt knows it: main, not the security archive.
debian_mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(LABEL)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' '$1 == "Debian" && $2 == "main" { print $3; exit }'
}

# private_apt DIR SUITE: makes an apt of its own under DIR, which knows nothing but SUITE, installs
# nothing, and trusts what the machine's apt trusts. Afterwards the array APT holds its options.
private_apt() {
  local dir=$1 suite=$2 mirror
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || die "apt knows no Debian archive; run apt-get update, and look at /etc/apt"
  mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/parts.d"
  : >"$dir/status"
  printf 'deb %s %s main\n' "$mirror" "$suite" >"$dir/sources.list"
  APT=(-q -y -o "Dir::Etc::sourcelist=$dir/sources.list" -o "Dir::Etc::sourceparts=$dir/parts.d"
    -o "Dir::Etc::preferencesparts=$dir/parts.d"
    -o "Dir::State::lists=$dir/lists" -o "Dir::State::status=$dir/status"
    -o "Dir::State::extended_states=$dir/extended" -o "Dir::Cache::archives=$dir/archives"
    -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
    -o "Debug::NoLocking=1" -o "APT::Get::List-Cleanup=0" -o "APT::Install-Recommends=0")
  if [ "$(id -u)" = 0 ]; then APT+=(-o "APT::Sandbox::User=root"); fi
  apt-get "${APT[@]}" update >"$dir/update.log" 2>&1 || { cat "$dir/update.log" >&2; die "cannot read suite $suite of $mirror"; }
}
