#!/bin/sh
# Postfix for example.com, with mailboxes in /var/mail, that takes the PROXY protocol and relays for its own network.
set -eu
postconf -e 'mydestination = example.com' 'mynetworks = 127.0.0.0/8 10.77.0.0/24' \
  'smtpd_upstream_proxy_protocol = haproxy'
postconf -M 'submission/inet=submission inet n - y - - smtpd'
postconf -P 'submission/inet/syslog_name=postfix/submission'
systemctl restart postfix
