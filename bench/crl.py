"""Writes a CRL with any number of entries in a moment: the DER is put together here, openssl signs it.

    bench/crl.py CA.crt CA.key ENTRIES OUTPUT.crl [SERIAL…]

ENTRIES are random; each SERIAL, in hexadecimal, is one more.
"""

import base64, datetime, os, re, subprocess, sys
import time as clock


def tlv(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def subject(certificate):
    """The subject's DER: the fourth SEQUENCE in the TBS, after algorithm, issuer and validity."""
    listing = subprocess.run(["openssl", "asn1parse", "-in", certificate], check=True, capture_output=True, text=True).stdout
    der = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True, capture_output=True).stdout
    rows = re.findall(r"^ *(\d+):d=2 +hl=(\d+) l= *(\d+) cons: SEQUENCE", listing, re.MULTILINE)
    offset, header, length = map(int, rows[3])
    return der[offset : offset + header + length]


def entries(count):
    """Random serials of 16 bytes, revoked an hour ago."""
    date = tlv(0x17, time(-1))
    head, tail = bytes([0x30, 18 + len(date), 0x02, 16]), date
    noise = os.urandom(16 * count)
    return b"".join(
        head + bytes([noise[at] & 0x3F | 0x40]) + noise[at + 1 : at + 16] + tail for at in range(0, 16 * count, 16))


def entry(serial):
    """An entry for a serial number, an int."""
    return tlv(0x30, tlv(0x02, serial.to_bytes(serial.bit_length() // 8 + 1, "big")), tlv(0x17, time(-1)))


def time(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%y%m%d%H%M%SZ").encode()


def write(certificate, key, count, path, serials=()):
    """Signed with ECDSA and SHA-256: the key is a P-256 one. Each CRL's number is higher than the last one's."""
    algorithm = tlv(0x30, tlv(0x06, bytes.fromhex("2a8648ce3d040302")))
    number = tlv(0x30, tlv(0x06, bytes.fromhex("551d14")), tlv(0x04, tlv(0x02, clock.time_ns().to_bytes(9, "big").lstrip(b"\0"))))
    listed = entries(count) + b"".join(map(entry, serials))
    tbs = tlv(
        0x30, tlv(0x02, b"\x01"), algorithm, subject(certificate), tlv(0x17, time(-1)), tlv(0x17, time(24 * 20)),
        tlv(0x30, listed) if listed else b"", tlv(0xA0, tlv(0x30, number)))
    signature = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", key], input=tbs, check=True, capture_output=True).stdout
    text = base64.b64encode(tlv(0x30, tbs, algorithm, tlv(0x03, b"\0", signature))).decode()
    with open(path, "w") as file:
        file.write("-----BEGIN X509 CRL-----\n")
        file.write("\n".join(text[at : at + 64] for at in range(0, len(text), 64)))
        file.write("\n-----END X509 CRL-----\n")


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], [int(serial, 16) for serial in sys.argv[5:]])
