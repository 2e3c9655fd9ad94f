#!/bin/sh
# Installs the system packages that building and testing need, on Debian 12 or
# later.  Exits at once, without root or network, when all are there.
#   tools/setup-debian.sh         what `make bench` and `make test` need
#   tools/setup-debian.sh check   also what `make check` and `make fuzz` need
#   tools/setup-debian.sh proof   also the peers that proofs measure beside us
#   tools/setup-debian.sh ci      also what tests are skipped without
set -eu

build='gcc g++ make cmake ninja-build pkgconf libc6-dev
       libjansson-dev libcyaml-dev libyaml-dev libcurl4-openssl-dev libsodium-dev libsqlite3-dev
       node-llhttp
       valgrind'
# python3 computes expected values independently of the C code, the real
# pytest-benchmark reads our files (python3-venv is for its other releases) and
# Prometheus's parser our metrics, zlib is what the consumer test measures.
test='git curl openssl libcmocka-dev python3 python3-pytest-benchmark python3-venv python3-prometheus-client zlib1g-dev'
# Other gateways and the client of OpenAI come from npm, which some packages of Node bring with them.
npm=
command -v npm >/dev/null 2>&1 || npm=npm
proof="libbenchmark-dev nginx-light $npm"
check='clang libclang-rt-14-dev binutils'
# The gateway's page is looked at in a browser, which is large.
ci="chromium $npm"

wanted="$build $test"
[ "${1:-}" != check ] || wanted="$wanted $check"
[ "${1:-}" != proof ] || wanted="$wanted $proof"
[ "${1:-}" != ci ] || wanted="$wanted $ci"

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in $wanted; do
    command -v dpkg-query >/dev/null 2>&1 && is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: this is not Debian; install the counterparts of:$missing" >&2
    exit 1
fi
echo "setup: installing$missing" >&2
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
# Without a fresh package list the versions it names may be gone.
$sudo apt-get update -qq >&2
$sudo apt-get install -y -qq --no-install-recommends $missing >&2
