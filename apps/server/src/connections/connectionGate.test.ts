import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { ConnectionGate, type GateLimits } from "./connectionGate.ts";
import { guardConnections } from "./guardConnections.ts";

interface Client {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/** A server behind a gate, and how to come to it from one of this machine's many addresses. */
const opened = async (limits: Partial<GateLimits>, isShort: () => boolean = () => false) => {
  const gate = new ConnectionGate(
    { known: 100, knownOfPerson: 100, strangers: 100, strangersOfNetwork: 100, graceMs: 0, ...limits },
    isShort,
  );
  const server = createServer();
  guardConnections(server, (socket) =>
    gate.admit(socket, (socket.remoteAddress ?? "") === "127.0.0.99" ? null : (socket.remoteAddress ?? "")),
  );
  const admitted = new Map<number | undefined, Socket>();
  const [serve] = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    serve?.(socket);
    admitted.set(socket.remotePort, socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const clients: Socket[] = [];
  onTestFinished(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  const come = async (from: number): Promise<Client> => {
    const ours = connect({ port, host: "127.0.0.1", localAddress: `127.0.0.${from}` });
    ours.on("error", () => {});
    clients.push(ours);
    await once(ours, "connect");
    const { localPort } = ours;
    while (!admitted.has(localPort)) await sleep(2);
    return { ours, theirs: admitted.get(localPort) as Socket };
  };
  return { gate, come };
};

const isOpen = ({ theirs }: Client): boolean => !theirs.destroyed;

test("strangers of a crowded network give way to one from elsewhere, the oldest first", async () => {
  const { gate, come } = await opened({ strangers: 4 });
  const crowd = [await come(2), await come(2), await come(2), await come(3)];
  const guest = await come(4);
  expect([...crowd, guest].map(isOpen)).toEqual([false, true, true, true, true]);
  expect(gate.counts).toEqual({ refused: 0, dropped: 1 });
});

test("of one network the newest are refused as long as the oldest may still say who they are", async () => {
  const { gate, come } = await opened({ strangersOfNetwork: 2, graceMs: Number.POSITIVE_INFINITY });
  const crowd = [await come(2), await come(2), await come(2)];
  expect(crowd.map(isOpen)).toEqual([true, true, false]);
  expect(gate.counts).toEqual({ refused: 1, dropped: 0 });
});

test("after that the oldest give way to the newest", async () => {
  const { gate, come } = await opened({ strangersOfNetwork: 2 });
  const crowd = [await come(2), await come(2), await come(2)];
  expect(crowd.map(isOpen)).toEqual([false, true, true]);
  expect(gate.counts).toEqual({ refused: 0, dropped: 1 });
});

test("whoever has logged in stays, and has no more than one may", async () => {
  const { gate, come } = await opened({ strangers: 2, strangersOfNetwork: 2, knownOfPerson: 2 });
  const known = [await come(2), await come(2)];
  for (const { theirs } of known) expect(gate.know(theirs, "alice")).toBe(true);
  expect(gate.know(known[0]?.theirs as Socket, "alice")).toBe(true);
  const strangers = [await come(2), await come(2), await come(2)];
  expect([...known, ...strangers].map(isOpen)).toEqual([true, true, false, true, true]);
  expect(gate.know(strangers[1]?.theirs as Socket, "alice")).toBe(false);
  expect(gate.know(strangers[2]?.theirs as Socket, "bob")).toBe(true);

  const gone = once(known[0]?.theirs as Socket, "close");
  known[0]?.ours.destroy();
  await gone;
  expect(gate.know(strangers[1]?.theirs as Socket, "alice")).toBe(true);
});

test("what is kept for other things is taken by nobody: strangers make room, and where there are none newcomers go", async () => {
  let isShort = false;
  const { gate, come } = await opened({}, () => isShort);
  const known = await come(2);
  gate.know(known.theirs, "alice");
  const stranger = await come(3);
  isShort = true;
  const guest = await come(4);
  expect([known, stranger, guest].map(isOpen)).toEqual([true, false, true]);
  gate.know(guest.theirs, "bob");
  expect(isOpen(await come(5))).toBe(false);
  expect(isOpen(known)).toBe(true);
});

test("a proxy is many people: it is no crowd, and each who comes by it counts for themself", async () => {
  const { gate, come } = await opened({ strangersOfNetwork: 1, strangers: 2, knownOfPerson: 1 });
  const proxied = [await come(99), await come(99), await come(99)];
  expect(proxied.map(isOpen)).toEqual([true, true, true]);
  const [one, two] = proxied.map(({ theirs }) => theirs) as [Socket, Socket];
  expect(gate.know(one, "alice")).toBe(true);
  expect(gate.know(two, "alice")).toBe(false);
  expect(gate.know(one, "bob")).toBe(true);
  expect(gate.know(two, "alice")).toBe(true);
});
