#!/bin/sh
# Makes .venv and installs the locked dependencies into it: `sh tools/setup.sh runtime|development`.
#
# A stamp inside .venv holds a checksum of everything the installation follows from. While it matches, nothing is
# touched, so `make run` starts at once the second time. Hashes are required, and nothing but wheels is accepted, so
# that what runs is exactly what was locked, and no compiler is needed.
set -eu

wanted=${1:-runtime}
cd "$(dirname "$0")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf '%s\n' "$*"; }
fail() {
    printf 'gatepass: %s\n' "$*" >&2
    exit 1
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if command -v "$candidate" >/dev/null 2>&1 && is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    found=$(${PYTHON:-python3} --version 2>&1) || found="no Python 3"
    fail "Gatepass needs Python 3.11 or newer and found $found. Install it (on Debian 12, Ubuntu 24.04 or newer:" \
        "apt-get install python3 python3-venv), or name an interpreter: make setup PYTHON=/path/to/python3.11"
}

# Prints the prefix that makes a command run as root; fails when this user may not.
root_prefix() {
    if [ "$(id -u)" = 0 ]; then
        printf 'env'
    elif command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then
        printf 'sudo -n env'
    else
        return 1
    fi
}

# Debian and Ubuntu ship Python without the part that makes environments.
ensure_venv_module() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    remedy="This Python cannot make virtual environments. Install what is missing: apt-get install python$version-venv"
    command -v apt-get >/dev/null 2>&1 || fail "$remedy"
    prefix=$(root_prefix) || fail "$remedy"
    say "Installing python$version-venv, which makes virtual environments."
    $prefix DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null ||
        say "The package lists could not be refreshed; going on with the old ones." >&2
    $prefix DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "python$version-venv" </dev/null >/dev/null || fail "$remedy"
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 || fail "$remedy"
}

# A checksum of the lock, of the package's own description and of the place, because scripts hold absolute paths.
fingerprint() { { cat "requirements/$1.lock" pyproject.toml && pwd -P; } | cksum; }

is_current() { [ -f ".venv/gatepass-$1.stamp" ] && [ "$(cat ".venv/gatepass-$1.stamp")" = "$(fingerprint "$1")" ]; }

make_environment() {
    # An environment whose interpreter is gone, too old, or which was moved here from elsewhere, is made anew.
    if [ -x .venv/bin/python ] && is_new_enough .venv/bin/python &&
        [ "$(.venv/bin/python -c 'import os, sys; print(os.path.realpath(sys.prefix))')" = "$(pwd -P)/.venv" ] &&
        .venv/bin/python -m pip --version >/dev/null 2>&1; then
        return
    fi
    python=$(find_python)
    ensure_venv_module "$python"
    say "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
}

install() {
    say "Installing what requirements/$1.lock names."
    .venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r "requirements/$1.lock" ||
        fail "requirements/$1.lock could not be installed; pip says why above. Nothing else was changed."
    if [ "$1" = runtime ]; then
        .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
    fi
    fingerprint "$1" >".venv/gatepass-$1.stamp"
}

case $wanted in
runtime) parts=runtime ;;
development) parts="runtime development" ;;
*) fail "usage: sh tools/setup.sh runtime|development" ;;
esac

[ -x .venv/bin/python ] || rm -f .venv/gatepass-*.stamp
for part in $parts; do
    if ! is_current "$part"; then
        make_environment
        install "$part"
    fi
done
