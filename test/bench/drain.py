"""The plain reader that the server is measured against: drains a guest's pty (descriptor 3) with nothing around it.

A line on stdin is a job, a line on stdout its result. "flood COMMAND": types the command, and tells how many seconds
passed until the console said END. "keys N": types N keys one by one, and tells how many milliseconds each echo took.
"prompt": waits for the shell.
"""
import json, os, select, sys, time

PTY = 3


seen = b""


def until(what):
    """What comes after it is for the next call."""
    global seen
    while what not in seen:
        # The guest has set its end, which is the same open file, to not waiting.
        select.select([PTY], [], [])
        seen = seen[-64:] + os.read(PTY, 65536)
    seen = seen.partition(what)[2]


for line in sys.stdin:
    job, _, rest = line.strip().partition(" ")
    if job == "prompt":
        until(b":~#")
        result = 0
    elif job == "flood":
        began = time.perf_counter()
        os.write(PTY, rest.encode() + b"\r")
        until(b"END\r\n")
        result = time.perf_counter() - began
        until(b":~#")
    else:
        result = []
        for key in range(int(rest)):
            began = time.perf_counter()
            os.write(PTY, b"k")
            until(b"k")
            result.append((time.perf_counter() - began) * 1000)
            time.sleep(0.01)
        os.write(PTY, b"\x15")
    print(json.dumps(result), flush=True)
