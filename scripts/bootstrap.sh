#!/bin/sh
# Puts uv, pinned by version and hash in scripts/uv.pin, into .uv/ with whatever Python >= 3.11 this machine has,
# and writes that Python's path to .uv/python-path. Nothing outside the checkout is touched, but for one case: a
# Debian whose Python came without venv and pip, where root's apt-get brings python3-venv.
set -eu
cd "$(dirname "$0")/.."
uv_pin=scripts/uv.pin

is_new_enough='import sys
if sys.version_info < (3, 11):
    sys.exit(1)
print(getattr(sys, "_base_executable", None) or sys.executable)'

python=""
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python \
  "${HOME:-/root}"/.pyenv/versions/3.1[1-9]*/bin/python; do
  if python=$("$candidate" -c "$is_new_enough" 2>/dev/null); then break; fi
  python=""
done
if [ -z "$python" ]; then
  echo "No Python 3.11 or newer was found. Mend: install one, or name it: make PYTHON=/path/to/python3" >&2
  exit 1
fi

by_venv() {
  "$python" -m venv .uv >/dev/null 2>&1 && .uv/bin/python -m pip install --quiet --require-hashes -r "$uv_pin"
}
by_pip() {
  "$python" -m pip --version >/dev/null 2>&1 &&
    "$python" -m pip install --quiet --target .uv/lib --require-hashes -r "$uv_pin" &&
    mkdir -p .uv/bin && ln -sf ../lib/bin/uv .uv/bin/uv
}
by_apt() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && case $python in /usr/bin/python3*) ;; *) false ;; esac || return 1
  echo "This Python came without venv and pip: installing Debian's python3-venv." >&2
  DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null &&
    by_venv
}

rm -rf .uv
if ! { by_venv || { rm -rf .uv; by_pip; } || { rm -rf .uv; by_apt; }; }; then
  rm -rf .uv
  echo "Could not install uv ($uv_pin) with $python." >&2
  echo "Mend: give that Python its venv module (Debian: apt-get install python3-venv), see that a package" >&2
  echo "index can be reached (the message above says what failed), then run make again." >&2
  exit 1
fi
printf '%s\n' "$python" > .uv/python-path
