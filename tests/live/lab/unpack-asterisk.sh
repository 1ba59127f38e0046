#!/usr/bin/env bash
# Unpacks Asterisk 22 and every library it needs from Debian's packages into a folder, with a launcher.
#
#   unpack-asterisk.sh [FOLDER]      default: $FAIRDIAL_LAB_CACHE or ~/.cache/fairdial/asterisk
#
# Debian 12 carries no asterisk package, so the packages come from a newer suite and are run by *their own*
# dynamic loader: the host's C library stays as it is. No root file system, container, mount or maintainer
# script takes part, and nothing is started. Idempotent; a second run at the same time waits for the first.
#
# Leaves in FOLDER: root/ (the tree), bin/asterisk (launcher, any user), modules and data (for asterisk.conf),
# version. Needs mmdebstrap, and root (or newuidmap) to unpack.
set -euo pipefail
suite=${FAIRDIAL_LAB_SUITE:-sid}
# With sudo it is for whoever asked, in their own home.
home=$HOME
[ -z "${SUDO_USER:-}" ] || home=$(getent passwd "$SUDO_USER" | cut -d: -f6)
folder=$(readlink -m "${1:-${FAIRDIAL_LAB_CACHE:-$home/.cache/fairdial/asterisk}}")
mkdir -p "$folder"
give_back() { [ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID:$SUDO_GID" "$home/.cache" "$(dirname "$folder")"; }
give_back
exec 9> "$folder/.lock"
flock 9

if [ -e "$folder/.complete" ] && "$folder/bin/asterisk" -V > /dev/null 2>&1; then
  cat "$folder/version"
  exit 0
fi
command -v mmdebstrap > /dev/null || { echo "mmdebstrap is missing: apt-get install mmdebstrap" >&2; exit 1; }

# The archive that this machine's apt already uses for its own suite also serves the newer one.
own_suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
archive() {
  apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$own_suite" '$2 == suite && $3 == "main" { print $1; exit }'
}
site=$(archive)
if [ -z "$site" ]; then
  apt-get update -qq
  site=$(archive)
fi
[ -n "$site" ] || { echo "apt knows no Debian archive for $own_suite main" >&2; exit 1; }

rm -rf "$folder/root" "$folder/root.part" "$folder/.complete"
mode=unshare
[ "$(id -u)" != 0 ] || mode=root
# Valid-Until is not checked: the suite's snapshot may be older than the machine's clock allows.
if ! mmdebstrap --quiet --mode="$mode" --variant=extract --components=main \
  --architectures="$(dpkg --print-architecture)" \
  --include=asterisk,asterisk-core-sounds-en-gsm \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Retries "3"' \
  "$suite" "$folder/root.part" \
  "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main" \
  > "$folder/unpack.log" 2>&1; then
  tail -20 "$folder/unpack.log" >&2
  exit 1
fi
tree=$folder/root.part
rm -rf "$tree"/usr/share/{doc,man,locale,perl,perl5,snmp,misc,lintian,bash-completion} "$tree"/usr/lib/gnupg \
  "$tree"/usr/lib/*/{perl,perl-base} "$tree"/var/cache "$tree"/var/log "$tree"/dev
mv "$tree" "$folder/root"
tree=$folder/root

libraries=$(cd "$tree"/usr/lib/*-linux-gnu* && pwd)
loader=$(find "$tree/usr/lib64" "$libraries" -maxdepth 1 -name 'ld-linux*' 2> /dev/null | head -1)
[ -n "$loader" ] || { echo "no dynamic loader in the unpacked tree" >&2; exit 1; }
ln -sfn "${libraries#"$folder"/}/asterisk/modules" "$folder/modules"
ln -sfn root/usr/share/asterisk "$folder/data"
# The sounds' language folder is an alternatives link that a maintainer script would have made.
for sounds in "$tree"/usr/share/asterisk/sounds/en_*; do
  ln -sfn "$(basename "$sounds")" "$tree/usr/share/asterisk/sounds/en"
done
mkdir -p "$folder/bin"
cat > "$folder/bin/asterisk" << LAUNCHER
#!/bin/sh
exec "$loader" --argv0 asterisk --library-path "$libraries:$libraries/asterisk" "$tree/usr/sbin/asterisk" "\$@"
LAUNCHER
chmod +x "$folder/bin/asterisk"
"$folder/bin/asterisk" -V > "$folder/version"
touch "$folder/.complete"
cat "$folder/version"
