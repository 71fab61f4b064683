"""Prints a GitHub token that nobody ever had: its prefix, thirty characters that the argument
decides, and the checksum over them. No token stands in this repository, not even a made-up one."""

import hashlib
import sys
import zlib

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return digits


body = base62(int.from_bytes(hashlib.sha256(sys.argv[1].encode()).digest(), "big"), 30)
print("ghp" + "_" + body + base62(zlib.crc32(body.encode()), 6))
