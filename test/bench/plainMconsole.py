"""A plain mconsole client: `version`, n times over one bound and connected socket. Prints microseconds, one a line."""
import os
import socket
import struct
import sys
import time

path, own, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
client.bind(own)
client.connect(path)
command = b"version"
request = struct.pack("<III", 0xCAFEBABE, 2, len(command)) + command
for _ in range(count):
    began = time.perf_counter()
    client.send(request)
    while True:
        _err, more, _length = struct.unpack("<iII", client.recv(524)[:12])
        if not more:
            break
    print((time.perf_counter() - began) * 1e6)
os.unlink(own)
