#!/usr/bin/env bash
# Installs what Fairdial's own tests and its lab need besides Python, from Debian's archive only.
#
#   scripts/install-system-packages.sh                 everything
#   scripts/install-system-packages.sh asterisk voices phones load browser relay postgres guards units sftp    only these
#
# asterisk   Asterisk 22, unpacked into a cache folder (Debian 12 has no package of its own)
# voices     espeak-ng and sox: what the lab's public says
# phones     baresip: a SIP phone that can be scripted
# load       sipp: a cheap far end for signalling load
# browser    Chromium with its fonts: the agents' browser phone and the browser tests
# relay      coturn: STUN and TURN for browser phones at home; its service is not started by this script
# guards     fail2ban, which shuts out who guesses passwords; its service is not started by this script
# sftp       OpenSSH's client and server: files to and from clients; no server is started by this script
# units      systemd, for `systemd-analyze verify`: nothing is started by it
# postgres   a PostgreSQL server program; no cluster is created or started by this script
#
# Idempotent. Needs root only where a package is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wanted=("$@")
[ ${#wanted[@]} -gt 0 ] || wanted=(asterisk voices phones load browser relay postgres guards units sftp)

packages=()
unpack_asterisk=no
for group in "${wanted[@]}"; do
  case $group in
    asterisk) packages+=(mmdebstrap openssl ca-certificates); unpack_asterisk=yes ;;
    voices) packages+=(espeak-ng sox) ;;
    phones) packages+=(baresip-core) ;;
    load) packages+=(sip-tester) ;;
    browser) packages+=(chromium fonts-dejavu-core) ;;
    relay) packages+=(coturn) ;;
    guards) packages+=(fail2ban) ;;
    postgres) packages+=(postgresql postgresql-client) ;;
    units) packages+=(systemd) ;;
    sftp) packages+=(openssh-client openssh-server) ;;
    *) echo "unknown group: $group (see the head of $0)" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  # shellcheck disable=SC2016  # the format is dpkg's, not the shell's
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "run as root, or install: ${missing[*]}" >&2; exit 1; }
  export DEBIAN_FRONTEND=noninteractive
  # A package's own service must not start on this machine: tests start what they need themselves.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

if [ "$unpack_asterisk" = yes ]; then
  "$here/../tests/live/lab/unpack-asterisk.sh"
fi
