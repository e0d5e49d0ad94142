import { randomBytes, randomInt } from "node:crypto";
import { expect, it } from "vitest";
import { parseSockets } from "./sockets.ts";

const PRINTED = `= tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 0000000060b8e000 100 0 0 10 0
   1: 0200000A:0016 0100000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 1235 1 0000000060b8e000 100 0 0 10 0
= tcp6
   0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1236 1 x 100 0 0 10 0
= udp
   22: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1237 2 x 0
= unix
Num       RefCount Protocol Flags    Type St Inode Path
0000000060c3a000: 00000002 00000000 00010000 0001 01  1238 /run/a socket
0000000060c3a400: 00000003 00000000 00000000 0001 03  1239
= names
12/comm:sshd: [priv]
= owners
12/fd:
lrwx------ 1 root root 64 Nov 21 15:00 3 -> socket:[1235]
lrwx------ 1 root root 64 Nov 21 15:00 4 -> socket:[1238]
13/fd:
lrwx------ 1 root root 64 Nov 21 15:00 4 -> socket:[1238]
lrwx------ 1 root root 64 Nov 21 15:00 5 -> socket:[1237]
`;

const nobodys = { pid: null, process: null };

it("reads what /proc prints, and whose each socket is", () => {
  expect(parseSockets(Buffer.from(PRINTED))).toEqual({
    truncated: false,
    sockets: [
      { protocol: "tcp", local: "127.0.0.1:8080", remote: null, state: "listening", ...nobodys },
      {
        protocol: "tcp",
        local: "10.0.0.2:22",
        remote: "10.0.0.1:50000",
        state: "established",
        pid: 12,
        process: "sshd: [priv]",
      },
      { protocol: "tcp6", local: "[::1]:80", remote: null, state: "listening", ...nobodys },
      { protocol: "udp", local: "0.0.0.0:68", remote: null, state: "open", pid: 13, process: null },
      { protocol: "unix", local: "/run/a socket", remote: null, state: "listening", pid: 12, process: "sshd: [priv]" },
      { protocol: "unix", local: "(no name)", remote: null, state: "connected", ...nobodys },
    ],
  });
});

it("shows a bounded number of bounded lines, whatever the guest says", () => {
  const line = (inode: number) => `0000: 00000002 00000000 00010000 0001 01  ${inode} /${"x\u001b".repeat(1000)}\n`;
  const { sockets, truncated } = parseSockets(
    Buffer.from(`= unix\n${Array.from({ length: 2000 }, (_, n) => line(n)).join("")}`),
  );
  expect({ truncated, count: sockets.length }).toEqual({ truncated: true, count: 1000 });
  expect(sockets[0]?.local).toMatch(/^[ -~]{1,200}$/);
  for (let n = 0; n < 100; n += 1) {
    const torn = Buffer.from(PRINTED);
    for (let byte = 0; byte < 30; byte += 1) torn[randomInt(torn.length)] = randomBytes(1)[0] as number;
    parseSockets(torn);
  }
});
