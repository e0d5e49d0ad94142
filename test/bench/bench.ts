import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { RunningServer, until } from "../server/runningServer.ts";
import { launchByHand, recordedLaunch, type Timings } from "./byHand.ts";

/*
 * What the server adds to the same thing done by hand, measured in one run on one machine: `npm run bench`.
 * Prints a table and writes it to docs/benchmarks.md.
 */

const ROUNDS = 7;
const GUESTS = 20;
const IDLE_S = 20;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the shell asks the terminal where the cursor is
const PROMPT = /:~# (\u001b\[6n)?$/;
const CLOCK_TICKS_PER_S = 100;

interface Row {
  readonly what: string;
  readonly corral: string;
  readonly byHand: string;
  readonly compared: string;
  readonly limit: string;
  readonly met: boolean;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Starts a guest through the API while a viewer is attached, as the page does. */
const startThroughCorral = async (server: RunningServer, id: string): Promise<Timings> => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/v1/guests/${id}/consoles/con0/attach`, {
    headers: server.headers,
  });
  await new Promise((resolve) => socket.once("open", resolve));
  const ready = new Promise((resolve) => socket.once("message", resolve));
  socket.send(JSON.stringify({ type: "attach", cols: 80, rows: 24 }));
  await ready;
  const began = performance.now();
  const timings = new Promise<Timings>((resolve) => {
    let text = "";
    let firstByte = 0;
    socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) return;
      firstByte ||= performance.now() - began;
      text += data.toString("latin1");
      if (PROMPT.test(text)) resolve({ firstByte, prompt: performance.now() - began });
    });
  });
  await server.client.guestAction({ params: { id, action: "start" } });
  const result = await timings;
  socket.close();
  return result;
};

const forceOff = async (server: RunningServer, id: string): Promise<void> => {
  await server.client.guestAction({ params: { id, action: "force-off" } });
  await server.state(id, "stopped");
};

/** Processor time of a process in seconds, and its resident memory in MiB. */
const usage = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpuS: (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_S, rssMiB: Number(rss) / 1024 };
};

const starts = async (server: RunningServer, image: string): Promise<Row[]> => {
  const guest = await server.client.createGuest({ body: { name: "bench", image, memoryMiB: 64 } });
  await startThroughCorral(server, guest.id);
  const recorded = recordedLaunch(server.home, guest.id);
  await forceOff(server, guest.id);
  const corral: Timings[] = [];
  const byHand: Timings[] = [];
  // Turn about, so that whatever else the machine does hits both alike.
  for (let round = 0; round < ROUNDS; round += 1) {
    corral.push(await startThroughCorral(server, guest.id));
    await forceOff(server, guest.id);
    byHand.push(await launchByHand(recorded, PROMPT));
  }
  await server.client.deleteGuest({ params: { id: guest.id } });
  await server.client.deleteDiscarded({ params: { id: guest.id } });
  const first = [corral, byHand].map((runs) => median(runs.map((run) => run.firstByte))) as [number, number];
  const prompt = [corral, byHand].map((runs) => median(runs.map((run) => run.prompt))) as [number, number];
  return [
    {
      what: "start → first console byte in the socket",
      corral: ms(first[0]),
      byHand: ms(first[1]),
      compared: `+${ms(first[0] - first[1])}`,
      limit: "≤ +50 ms",
      met: first[0] - first[1] <= 50,
    },
    {
      what: "start → shell prompt",
      corral: ms(prompt[0]),
      byHand: ms(prompt[1]),
      compared: `${(prompt[0] / prompt[1]).toFixed(3)} ×`,
      limit: "≤ 1.1 ×",
      met: prompt[0] / prompt[1] <= 1.1,
    },
  ];
};

const fleet = async (server: RunningServer, image: string): Promise<Row[]> => {
  const before = usage(server.pid);
  const guests = await Promise.all(
    Array.from({ length: GUESTS }, (_, index) =>
      server.client.createGuest({ body: { name: `idle${index}`, image, memoryMiB: 48, start: true } }),
    ),
  );
  for (const guest of guests) await server.state(guest.id, "running");
  await sleep(5_000);
  const from = usage(server.pid);
  await sleep(IDLE_S * 1_000);
  const to = usage(server.pid);
  const core = ((to.cpuS - from.cpuS) / IDLE_S) * 100;

  await server.restart("SIGKILL");
  const adopted = /took over (\d+) guests in ([\d.]+) ms/.exec(server.output);
  if (Number(adopted?.[1]) !== GUESTS) throw new Error(`not all guests were adopted:\n${server.output}`);
  await until(
    async () => (await server.client.listGuests({})).items.every((guest) => guest.state === "running"),
    "all guests to be running after the adoption",
  );
  const memoryLimit = 150 + GUESTS;
  return [
    {
      what: `adopt ${GUESTS} running guests`,
      corral: ms(Number(adopted?.[2])),
      byHand: "–",
      compared: "–",
      limit: "< 250 ms",
      met: Number(adopted?.[2]) < 250,
    },
    {
      what: `server, ${GUESTS} idle guests: processor`,
      corral: `${core.toFixed(2)} % of a core`,
      byHand: "0 (no server)",
      compared: "–",
      limit: "< 2 %",
      met: core < 2,
    },
    {
      what: `server, ${GUESTS} idle guests: resident memory`,
      corral: `${to.rssMiB.toFixed(0)} MiB`,
      byHand: `${before.rssMiB.toFixed(0)} MiB (no guest on)`,
      compared: `+${((to.rssMiB - before.rssMiB) / GUESTS).toFixed(2)} MiB a guest`,
      limit: `< ${memoryLimit} MiB`,
      met: to.rssMiB < memoryLimit,
    },
  ];
};

const table = (rows: readonly Row[]): string =>
  [
    "| what | Corral | by hand | compared | limit | met |",
    "|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${[row.what, row.corral, row.byHand, row.compared, row.limit, row.met ? "yes" : "**no**"].join(" | ")} |`,
    ),
  ].join("\n");

const machine = (): string =>
  `${availableParallelism()} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}, as ${process.getuid?.() === 0 ? "root" : "an ordinary user"}`;

const server = await RunningServer.start();
try {
  await server.becomeAdmin();
  const image = await server.demoImage();
  const rows = [...(await starts(server, image)), ...(await fleet(server, image))];
  process.stdout.write(`${table(rows)}\n${machine()}\n`);
  const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
  // What other benchmarks keep there, each below a heading of its own.
  const others = readFileSync(page, "utf8")
    .split(/^(?=## )/m)
    .slice(1);
  writeFileSync(
    page,
    `# Benchmarks

\`npm run bench\` does each thing through Corral and by hand (the same command line, started by a bare process that reads
the console itself), turn about, ${ROUNDS} times, and compares the medians. This is its last run, on
${new Date().toISOString().slice(0, 10)}: ${machine()}; guests of 64 MiB (start) and 48 MiB (fleet), demo image.

${table(rows)}
${others.map((part) => `\n${part}`).join("")}`,
  );
  process.exitCode = rows.every((row) => row.met) ? 0 : 1;
} finally {
  await server.end();
}
