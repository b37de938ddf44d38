#!/bin/sh
# sh order.sh DIRECTORY: orders the certificate that DIRECTORY/request.csr asks for, by dehydrated.
# DIRECTORY holds `settings` (variables of dehydrated's), `account.pem`, the key of the account, and, where the
# authority ties it to another account, `hmac`. The certificate with its chain is DIRECTORY/chain.pem in the end.
# The account is looked up each time, and made where there is none: nothing has to be kept between two orders.
# Can be ended at any time, and run again in another DIRECTORY.
# Exit status: 0 done, 1 not done; standard error says why.
set -eu
umask 077
# dehydrated says things that are not meant for other languages.
export LC_ALL=C HA_LB_ORDER="$1" TMPDIR="$1"
here=$(cd "$(dirname "$0")" && pwd)
export HA_LB_LIB="$here"
log=$1/log

client() {
  dehydrated --config "$here/client.conf" --privkey "$HA_LB_ORDER/account.pem" "$@" 2>"$log"
}

order() {
  client --signcsr "$HA_LB_ORDER/request.csr" >"$HA_LB_ORDER/answer"
}

mkdir -p "$HA_LB_ORDER/wellknown"
# With this beside the key dehydrated asks for the account's address alone; without, it would try to change the account.
echo '{}' >"$HA_LB_ORDER/account.pem.json"
if ! order; then
  if grep -q 'error:accountDoesNotExist' "$log"; then
    { client --register --accept-terms >"$HA_LB_ORDER/registration" && order; } || { cat "$log" >&2; exit 1; }
  else
    cat "$log" >&2
    exit 1
  fi
fi
sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' "$HA_LB_ORDER/answer" >"$HA_LB_ORDER/chain.pem"
