#!/bin/sh
# A shop on nginx: pages that say which host they are from, a login that nobody passes, and files.
set -eu
mkdir -p /srv/shop/static
echo 'body { color: navy }' >/srv/shop/static/shop.css
head -c 2000 /dev/urandom >/srv/shop/static/tea.png
cat >/etc/nginx/conf.d/shop.conf <<'CONF'
server {
    listen 8081;
    default_type text/plain;
    location / { return 200 "$hostname\n"; }
    location = /healthz { return 200 "ok\n"; }
    location = /login { return 401 "no\n"; }
    location /static/ { root /srv/shop; add_header X-Server $hostname; }
}
CONF
systemctl reload nginx
