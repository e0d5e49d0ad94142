import type { GuestSocket, GuestSockets } from "@corral/contracts";
import { printable } from "./printable.ts";
import { type RunCommand, runShell } from "./runShell.ts";

const TIMEOUT_MS = 15_000;
/** More than anybody reads; a busy server has some hundred. */
const SOCKETS_MAXIMUM = 1_000;

/* Three programs, however many processes and sockets there are. What ends meanwhile is no failure. */
const SCRIPT = `cd /proc || exit 1
for protocol in tcp tcp6 udp udp6 unix; do
	[ -r net/$protocol ] && echo "= $protocol" && cat net/$protocol
done
echo "= names"
grep -s . [0-9]*/comm
echo "= owners"
ls -l [0-9]*/fd 2>/dev/null | grep -e '/fd:$' -e 'socket:\\['
true`;

/** Which sockets are open in the guest, and whose they are. */
export const readSockets = async (run: RunCommand): Promise<GuestSockets> =>
  parseSockets(await runShell(run, SCRIPT, { timeoutMs: TIMEOUT_MS }));

const TCP_STATES = [
  ...["established", "syn sent", "syn received", "fin wait 1", "fin wait 2", "time wait"],
  ...["closed", "close wait", "last ack", "listening", "closing", "syn received"],
];
const UNIX_STATES = ["free", "unconnected", "connecting", "connected", "disconnecting"];
/** SO_ACCEPTCON of include/uapi/linux/net.h. */
const ACCEPTS = 0x10000;

/** Whatever is not understood is left out: the guest may say anything. */
export const parseSockets = (output: Buffer): GuestSockets => {
  const parts = new Map(
    `\n${output.toString()}`.split("\n= ").map((part) => {
      const end = part.indexOf("\n");
      return [part.slice(0, Math.max(end, 0)), part.slice(end + 1)] as const;
    }),
  );
  const owners = ownersIn(parts.get("owners") ?? "", parts.get("names") ?? "");
  const lines = (name: string): string[] => (parts.get(name) ?? "").split("\n");
  const all = [
    ...(["tcp", "tcp6", "udp", "udp6"] as const).flatMap((protocol) =>
      lines(protocol).flatMap((line) => internetSocket(protocol, line)),
    ),
    ...lines("unix").flatMap(unixSocket),
  ];
  const sockets = all
    .slice(0, SOCKETS_MAXIMUM)
    .map(
      ({ inode, ...socket }): GuestSocket => ({ ...socket, ...(owners.get(inode) ?? { pid: null, process: null }) }),
    );
  return { sockets, truncated: all.length > SOCKETS_MAXIMUM };
};

type Found = Omit<GuestSocket, "pid" | "process"> & { readonly inode: string };

// sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
const INTERNET =
  /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +\d+ +\d+ (\d{1,12})\b/;

const internetSocket = (protocol: Found["protocol"], line: string): Found[] => {
  const [, local = "", localPort = "", remote = "", remotePort = "", state = "", inode] = INTERNET.exec(line) ?? [];
  if (inode === undefined) return [];
  const isConnected = remotePort !== "0000" || /[^0]/.test(remote);
  return [
    {
      protocol,
      local: endpoint(local, localPort),
      remote: isConnected ? endpoint(remote, remotePort) : null,
      state: protocol.startsWith("tcp")
        ? (TCP_STATES[Number.parseInt(state, 16) - 1] ?? state)
        : isConnected
          ? "connected"
          : "open",
      inode,
    },
  ];
};

// Num RefCount Protocol Flags Type St Inode Path
const UNIX = /^[0-9a-fA-F]+: [0-9A-F]+ [0-9A-F]+ ([0-9A-F]{8}) [0-9A-F]{4} ([0-9A-F]{2}) +(\d{1,12})(?: (.*))?$/;

const unixSocket = (line: string): Found[] => {
  const [, flags = "", state = "", inode, path = ""] = UNIX.exec(line) ?? [];
  if (inode === undefined) return [];
  const listens = (Number.parseInt(flags, 16) & ACCEPTS) !== 0;
  return [
    {
      protocol: "unix",
      local: printable(path) || "(no name)",
      remote: null,
      state: listens ? "listening" : (UNIX_STATES[Number.parseInt(state, 16)] ?? state),
      inode,
    },
  ];
};

/** The kernel prints words of 32 bits in the order of its processor, which is a little-endian one. */
const endpoint = (address: string, port: string): string => {
  const words = address.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => [...Buffer.from(word, "hex")].reverse());
  const number = Number.parseInt(port, 16) || "*";
  if (bytes.length === 4) return `${bytes.join(".")}:${number}`;
  const groups = Array.from({ length: 8 }, (_, group) =>
    Buffer.from(bytes)
      .readUInt16BE(group * 2)
      .toString(16),
  );
  // The host of an address is written the short way.
  return `${new URL(`http://[${groups.join(":")}]`).hostname}:${number}`;
};

/** Of each socket the first process that has it open, by the socket's inode. */
const ownersIn = (owners: string, names: string): Map<string, Pick<GuestSocket, "pid" | "process">> => {
  const nameOf = new Map(
    [...names.matchAll(/^(\d{1,8})\/comm:(.*)$/gm)].map(([, pid = "", name = ""]) => [pid, printable(name)]),
  );
  const found = new Map<string, Pick<GuestSocket, "pid" | "process">>();
  let pid = "";
  for (const line of owners.split("\n")) {
    pid = /^(\d{1,8})\/fd:$/.exec(line)?.[1] ?? pid;
    const inode = /socket:\[(\d{1,12})\]$/.exec(line)?.[1];
    if (inode === undefined || pid === "" || found.has(inode)) continue;
    found.set(inode, { pid: Number(pid), process: nameOf.get(pid) ?? null });
  }
  return found;
};
