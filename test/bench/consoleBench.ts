import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { RunningServer } from "../server/runningServer.ts";
import { BenchViewer } from "./benchViewer.ts";
import { recordedLaunch } from "./byHand.ts";
import { PlainGuest } from "./plainGuest.ts";
import { RelayedGuest } from "./relayedGuest.ts";
import { keepResults, type Result } from "./results.ts";

/*
 * What the server costs between a guest and its viewers, against a plain reader that drains the same guest in the same
 * run, turn about: `npm run bench:console`. Prints a table and keeps it in docs/benchmarks.md.
 */

const ROUNDS = 5;
/** Keys typed in one go, and how often: the hundredth part of too few would be one key that had bad luck. */
const KEYS = 200;
const KEY_ROUNDS = 5;
const FLOODING_GUESTS = 5;
const ATTACHES = 15;
/** Guests with as many consoles as one may have, for what a console costs that nobody watches. */
const MANY_GUESTS = 3;
const MANY_CONSOLES = 16;
/**
 * About 1.5 MB in lines: some three seconds of a guest's console, so that the way of the last piece, which viewers of a
 * flood get up to 40 ms later, is not taken for throughput. The quotes keep END out of the echo.
 */
const FLOOD = "seq 1 200000; echo E''ND";

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const quantile = (values: readonly number[], part: number): number =>
  sorted(values)[Math.min(values.length - 1, Math.floor(values.length * part))] as number;
const median = (values: readonly number[]): number => quantile(values, 0.5);

const statOf = (pid: number): string[] => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
};
/** Processor time in seconds, to the nanosecond: a flood is over within a hundred of the ticks that others count in. */
const cpuOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    try {
      return sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e9;
    } catch {
      // It has just ended.
      return sum;
    }
  }, 0);
const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

/** Processor time of a guest: its kernel, and below it a process for each address space inside. */
const guestCpu = (kernel: number): number => {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc").map(Number).filter(Number.isInteger)) {
    try {
      parents.set(entry, Number(statOf(entry)[1]));
    } catch {
      // It has just ended.
    }
  }
  const isOfGuest = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === kernel || isOfGuest(parents.get(pid)));
  return [...parents.keys()].filter(isOfGuest).reduce((sum, pid) => {
    try {
      return sum + cpuOf(pid);
    } catch {
      return sum;
    }
  }, 0);
};

type Terminal = Pick<BenchViewer, "type" | "see">;

/** Seconds until all viewers have seen the end of the flood. */
const floodThrough = async (writer: Terminal, others: readonly Terminal[]): Promise<number> => {
  const seen = Promise.all([writer, ...others].map((viewer) => viewer.see("END\r\n")));
  const began = performance.now();
  writer.type(`${FLOOD}\r`);
  await seen;
  const seconds = (performance.now() - began) / 1000;
  await sleep(200);
  return seconds;
};

/** Processor time of a process while `work` is done, of a guest's own. */
const shareOf = async (pid: number, guest: number, work: () => Promise<unknown>): Promise<number> => {
  const before = [cpuOf(pid), guestCpu(guest)] as const;
  await work();
  return (cpuOf(pid) - before[0]) / (guestCpu(guest) - before[1]);
};

const keysThrough = async (writer: Terminal): Promise<number[]> => {
  const times: number[] = [];
  for (let key = 0; key < KEYS; key += 1) {
    const echo = writer.see("k");
    const began = performance.now();
    writer.type("k");
    await echo;
    times.push(performance.now() - began);
    await sleep(10);
  }
  writer.type("\u0015");
  return times;
};

const server = await RunningServer.start();
const results: Result[] = [];
let plain: PlainGuest | undefined;
let relayed: RelayedGuest | undefined;
try {
  await server.becomeAdmin();
  const image = await server.demoImage();
  const on = async (name: string, consoles = 1) => {
    const { id } = await server.client.createGuest({
      body: {
        name,
        image,
        memoryMiB: 64,
        consoles: Array.from({ length: consoles }, (_, index) => ({ name: `con${index}`, channel: "fd" })),
        start: true,
      },
    });
    return server.state(id, "running");
  };
  const off = async (id: string) => {
    await server.client.guestAction({ params: { id, action: "force-off" } });
    await server.state(id, "stopped");
  };
  /** What Corral does to launch a guest, which is off again. */
  const recorded = async (name: string) => {
    const { id } = await on(name);
    const launch = recordedLaunch(server.home, id);
    await off(id);
    return launch;
  };
  plain = await PlainGuest.start(await recorded("plain"));
  const relay = await RelayedGuest.start(await recorded("relayed"));
  relayed = relay;

  // Consoles that nobody watches; what else a guest takes in the server is counted with them.
  const empty = residentMiB(server.pid);
  const many: string[] = [];
  for (let index = 0; index < MANY_GUESTS; index += 1) many.push((await on(`many${index}`, MANY_CONSOLES)).id);
  await sleep(3_000);
  const unwatchedKiB = ((residentMiB(server.pid) - empty) * 1024) / (MANY_GUESTS * MANY_CONSOLES);
  results.push({
    what: `server memory for a console that nobody watches, of ${MANY_GUESTS * MANY_CONSOLES}`,
    figure: `${unwatchedKiB.toFixed(0)} KiB`,
    limit: "≤ 300 KiB",
    met: unwatchedKiB <= 300,
  });
  for (const id of many) await off(id);

  const guest = await on("bench");
  const writer = new BenchViewer(server, guest.id, "writer");
  await writer.firstPaint;
  await sleep(1_000);

  // Throughput, and what it costs.
  const baseline: number[] = [];
  for (const viewers of [1, 10, 50]) {
    const others = Array.from({ length: viewers - 1 }, () => new BenchViewer(server, guest.id, "spy"));
    await Promise.all(others.map((viewer) => viewer.firstPaint));
    const [byHand, corral]: [number[], number[]] = [[], []];
    const shares: number[] = [];
    const sharesOfRelay: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      byHand.push(await plain.flood(FLOOD));
      shares.push(
        await shareOf(server.pid, guest.pid as number, async () => {
          corral.push(await floodThrough(writer, others));
        }),
      );
      if (viewers === 1) sharesOfRelay.push(await shareOf(relay.pid, relay.guestPid, () => floodThrough(relay, [])));
    }
    if (viewers === 1) baseline.push(...corral);
    for (const viewer of others) viewer.close();
    const ratio = median(byHand) / median(corral);
    results.push({
      what: `throughput guest → ${viewers} viewer${viewers === 1 ? "" : "s"}, of the plain drain's`,
      figure: `${ratio.toFixed(3)} ×`,
      limit: "≥ 0.95 ×",
      met: ratio >= 0.95,
    });
    if (viewers > 1) continue;
    const share = median(shares) * 100;
    results.push({
      what: "server's processor time for a flooding guest, of the guest's own",
      figure: `${share.toFixed(1)} %`,
      limit: "≤ 10 %",
      met: share <= 10,
    });
    results.push({
      what: "the same of a bare relay in Node",
      figure: `${(median(sharesOfRelay) * 100).toFixed(1)} %`,
      limit: "",
      met: null,
    });
  }

  // One that never reads.
  const before = residentMiB(server.pid);
  const deaf = new BenchViewer(server, guest.id, "spy");
  await deaf.firstPaint;
  deaf.stopReading();
  const withDeaf: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) withDeaf.push(await floodThrough(writer, []));
  const grown = residentMiB(server.pid) - before;
  deaf.close();
  const change = (median(baseline) / median(withDeaf) - 1) * 100;
  results.push({
    what: "throughput for the others while one viewer never reads",
    figure: `${change >= 0 ? "+" : ""}${change.toFixed(1)} %; server memory ${grown >= 0 ? "+" : ""}${grown.toFixed(1)} MiB`,
    limit: "≥ −5 %, bounded",
    met: change >= -5 && grown < 32,
  });

  // Attaching to a full tail.
  const paints: number[] = [];
  for (let attach = 0; attach < ATTACHES; attach += 1) {
    const viewer = new BenchViewer(server, guest.id, "spy");
    paints.push(await viewer.firstPaint);
    viewer.close();
  }
  results.push({
    what: "attach to a console with a full tail → first paint data",
    figure: `${median(paints).toFixed(1)} ms`,
    limit: "≤ 30 ms",
    met: median(paints) <= 30,
  });

  // Keystrokes, alone and beside guests that flood.
  const echo = async (when: string) => {
    const [byHand, corral, bare]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < KEY_ROUNDS; round += 1) {
      byHand.push(...(await (plain as PlainGuest).keys(KEYS)));
      corral.push(...(await keysThrough(writer)));
      bare.push(...(await keysThrough(relay)));
    }
    const over = (times: readonly number[], part: number) => quantile(times, part) - quantile(byHand, part);
    const inMs = (ms: number) => `${ms >= 0 ? "+" : ""}${ms.toFixed(2)} ms`;
    results.push({
      what: `keystroke → echo over the plain pty, ${when}: median, 99th percentile`,
      figure: `${inMs(over(corral, 0.5))}, ${inMs(over(corral, 0.99))}`,
      limit: "≤ +1 ms, ≤ +5 ms",
      met: over(corral, 0.5) <= 1 && over(corral, 0.99) <= 5,
    });
    results.push({
      what: "the same through a bare relay in Node",
      figure: `${inMs(over(bare, 0.5))}, ${inMs(over(bare, 0.99))}`,
      limit: "",
      met: null,
    });
  };
  await echo("alone");
  const herd = await Promise.all(Array.from({ length: FLOODING_GUESTS }, (_, index) => on(`flood${index}`)));
  const unwatched = residentMiB(server.pid);
  const floods = herd.map(({ id }) => new BenchViewer(server, id, "writer"));
  await Promise.all(floods.map((viewer) => viewer.firstPaint));
  for (const viewer of floods) viewer.type("while :; do seq 1 100000; done\r");
  await sleep(3_000);
  await echo(`beside ${FLOODING_GUESTS} flooding guests`);
  const watched = (residentMiB(server.pid) - unwatched) / FLOODING_GUESTS;
  results.push({
    what: "server memory for a watched console whose guest floods",
    figure: `${watched.toFixed(2)} MiB`,
    limit: "≤ 3 MiB",
    met: watched <= 3,
  });
  for (const viewer of [...floods, writer]) viewer.close();
} finally {
  await plain?.end();
  await relayed?.end();
  await server.end();
}
keepResults(results);
process.exitCode = results.every(({ met }) => met !== false) ? 0 : 1;
