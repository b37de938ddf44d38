#!/bin/sh
# PostgreSQL for the lab's private network: the primary, or with its address as argument its hot standby.
set -eu
primary=${1:-}
version=$(ls /etc/postgresql)
settings=/etc/postgresql/$version/main
data=/var/lib/postgresql/$version/main
# `postgresql` stands for all clusters, and does not wait for them.
unit=postgresql@$version-main

echo "listen_addresses = '*'" >"$settings/conf.d/lab.conf"
# To a server, every client has the address of a load balancer.
cat >>"$settings/pg_hba.conf" <<'RULES'
host all         all        10.77.0.0/24 scram-sha-256
host replication replicator 10.77.0.0/24 trust
RULES

if [ -z "$primary" ]; then
  systemctl restart "$unit"
  su postgres -c 'psql --quiet --set ON_ERROR_STOP=1' <<'SQL'
CREATE ROLE haproxy LOGIN;
CREATE ROLE replicator LOGIN REPLICATION;
CREATE ROLE app LOGIN PASSWORD 'secret';
CREATE DATABASE app OWNER app;
SQL
else
  systemctl stop "$unit"
  rm -r "$data"
  su postgres -c "pg_basebackup --host=$primary --username=replicator --pgdata=$data --checkpoint=fast --write-recovery-conf"
  systemctl start "$unit"
fi
