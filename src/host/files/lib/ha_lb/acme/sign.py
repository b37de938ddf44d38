"""A program: signs standard input by HMAC-SHA256, with the key in hexadecimal from file descriptor 3."""

import hashlib
import hmac
import os
import sys

with os.fdopen(3) as file:
    key = bytes.fromhex(file.read().strip())
sys.stdout.buffer.write(hmac.new(key, sys.stdin.buffer.read(), hashlib.sha256).digest())
