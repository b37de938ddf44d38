#!/bin/sh
# Builds two further signed repositories that the lab serves, in the layout of their owners': HAProxy 3.0 of the
# community, and an Enterprise edition. Both hold the real HAProxy 3.0 of Debian 13, with the libraries that it needs in
# a place of its own, so that it runs on an older release, too. Enterprise is Enterprise by its layout alone.
# usage: vendors.sh WORK SUITE MIRROR; GNUPGHOME is set. Makes WORK/community, WORK/enterprise and WORK/keys.
set -eu
work=$1 suite=$2 mirror=$3
newer=trixie
branch=3.0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/lists/partial" "$scratch/archives/partial" "$scratch/newer" "$scratch/libraries" "$work/keys"
: >"$scratch/status"
architecture=$(dpkg --print-architecture)

fetch() {
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $newer main" >"$scratch/sources.list"
  for arguments in "update" "install --yes --no-install-recommends --download-only haproxy"; do
    # shellcheck disable=SC2086 # a list of words
    apt-get --quiet --quiet --option APT::Sandbox::User=root \
      --option Dir::State::status="$scratch/status" --option Dir::State::lists="$scratch/lists" \
      --option Dir::Cache="$scratch" --option Dir::Cache::archives="$scratch/archives" \
      --option Dir::Etc::sourcelist="$scratch/sources.list" --option Dir::Etc::sourceparts=/dev/null \
      --option Dir::Etc::preferences=/dev/null --option Dir::Etc::preferencesparts=/dev/null $arguments >/dev/null
  done
  # Packages of the newer release have everything below /usr, and count on these links.
  for directory in bin lib lib64 sbin; do
    mkdir -p "$scratch/newer/usr/$directory"
    ln -s "usr/$directory" "$scratch/newer/$directory"
  done
  for package in "$scratch"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar --extract --keep-directory-symlink --directory "$scratch/newer"
  done
}

# The loader itself says which libraries there are.
collect_libraries() {
  loader=$(patchelf --print-interpreter "$scratch/newer/usr/sbin/haproxy")
  libraries=$(find "$scratch/newer/usr/lib" -mindepth 1 -maxdepth 1 -name '*-linux-gnu*')
  "$scratch/newer$loader" --library-path "$libraries" --list "$scratch/newer/usr/sbin/haproxy" |
    sed -n "s|.* => \(/.*\) (.*|\1|p" | while read -r library; do
    cp --dereference "$library" "$scratch/libraries/"
  done
  cp --dereference "$scratch/newer$loader" "$scratch/libraries/loader"
}

# bring PACKAGE_ROOT PROGRAM LIBRARIES: puts HAProxy into a package, with both places as the installed program knows them.
bring() {
  mkdir -p "$1${2%/*}" "$1$3"
  cp "$scratch/libraries/"* "$1$3/"
  cp "$scratch/newer/usr/sbin/haproxy" "$1$2"
  patchelf --set-interpreter "$3/loader" --force-rpath --set-rpath "$3" "$1$2"
}

community_package() {
  root=$scratch/community
  dpkg-deb --raw-extract "$scratch"/archives/haproxy_*.deb "$root"
  mkdir -p "$root/lib"
  mv "$root/usr/lib/systemd" "$root/lib/"
  rm "$root/usr/sbin/haproxy" "$root/DEBIAN/md5sums"
  bring "$root" /usr/sbin/haproxy /usr/lib/haproxy-libraries
  sed -i -e 's/^Version: .*/&~lab/' -e 's/^Depends: .*/Depends: adduser/' -e '/^Installed-Size:/d' "$root/DEBIAN/control"
}

enterprise_package() {
  root=$scratch/enterprise home=/opt/hapee-$branch
  bring "$root" "$home/sbin/hapee-lb" "$home/lib"
  mkdir -p "$root/DEBIAN" "$root/etc/hapee-$branch" "$root/lib/systemd/system"
  cat >"$root/DEBIAN/control" <<END
Package: hapee-${branch}r1-lb
Version: 1:1.0.0-1
Architecture: $architecture
Maintainer: the lab <lab@example.com>
Depends: adduser, init-system-helpers
Description: HAProxy in the layout of HAProxy Enterprise
END
  printf 'defaults\n  timeout client 1s\n  timeout connect 1s\n  timeout server 1s\nfrontend default\n  bind :8888\n' \
    >"$root/etc/hapee-$branch/hapee-lb.cfg"
  cat >"$root/lib/systemd/system/hapee-$branch-lb.service" <<END
[Unit]
Description=HAPEE Load Balancer
After=network-online.target

[Service]
ExecStartPre=$home/sbin/hapee-lb -f /etc/hapee-$branch/hapee-lb.cfg -c -q
ExecStart=$home/sbin/hapee-lb -Ws -f /etc/hapee-$branch/hapee-lb.cfg -p /run/hapee-$branch-lb.pid
ExecReload=/bin/kill -USR2 \$MAINPID
KillMode=mixed
Restart=always
Type=notify

[Install]
WantedBy=multi-user.target
END
  cat >"$root/DEBIAN/postinst" <<END
#!/bin/sh
set -e
adduser --system --group --no-create-home --home /var/empty --quiet hapee-lb
deb-systemd-helper enable hapee-$branch-lb.service >/dev/null
systemctl daemon-reload
deb-systemd-invoke start hapee-$branch-lb.service
END
  chmod 755 "$root/DEBIAN/postinst"
}

# publish NAME SUITE: a repository WORK/NAME with what was packed below SCRATCH/NAME, signed with a key of its own.
publish() {
  lists=dists/$2/main/binary-$architecture
  mkdir -p "$work/$1/pool" "$work/$1/$lists"
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$scratch/$1" "$work/$1/pool" >/dev/null
  gpg --batch --quiet --passphrase '' --quick-generate-key "lab $1" ed25519 sign never 2>>"$work/gpg.log"
  gpg --batch --quiet --export --armor "lab $1" >"$work/keys/$1.asc"
  (
    cd "$work/$1"
    apt-ftparchive packages pool >"$lists/Packages"
    apt-ftparchive -o APT::FTPArchive::Release::Suite="$2" -o APT::FTPArchive::Release::Codename="$2" \
      -o APT::FTPArchive::Release::Components=main -o APT::FTPArchive::Release::Architectures="$architecture" \
      release "dists/$2" >"$scratch/Release"
    mv "$scratch/Release" "dists/$2/Release"
    gpg --batch --quiet --local-user "lab $1" --clearsign --output "dists/$2/InRelease" "dists/$2/Release"
  )
}

fetch
collect_libraries
community_package
publish community "$suite-backports-$branch"
enterprise_package
publish enterprise "$suite"
