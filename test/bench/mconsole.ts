import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MconsoleClient } from "../../packages/uml/src/index.ts";
import { BareGuest, makeFolder, makeImage } from "../../packages/uml/src/testing/bareGuest.ts";
import { SAMPLED_GUESTS, samplingCost } from "./sampledFleet.ts";

/*
 * The mconsole client against a plain one in Python and against starting uml_mconsole for each command, turn about on one
 * guest, and what it costs to sample a fleet: `npm run bench:mconsole`. Prints the ratios and keeps them in docs/benchmarks.md.
 */

const ROUNDS = 7;
const COMMANDS = 300;
/** uml_mconsole takes some 5 ms to start. */
const SPAWNS = 30;
const HEADING = "## mconsole";

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

const folder = await makeFolder();
const guest = await BareGuest.boot(folder, await makeImage(folder));
const client = new MconsoleClient({ ...guest, kernelVersion: null });
try {
  const ours = async (): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < COMMANDS; i += 1) {
      const began = performance.now();
      await client.version();
      times.push((performance.now() - began) * 1000);
    }
    return times;
  };
  const plain = (): number[] =>
    execFileSync(
      "python3",
      [
        fileURLToPath(new URL("plainMconsole.py", import.meta.url)),
        guest.socketPath,
        join(folder, "p"),
        String(COMMANDS),
      ],
      { encoding: "utf8" },
    )
      .trim()
      .split("\n")
      .map(Number);
  const spawned = (): number => {
    const began = performance.now();
    for (let i = 0; i < SPAWNS; i += 1) {
      execFileSync("uml_mconsole", [guest.socketPath, "version"], { stdio: "ignore" });
    }
    return (SPAWNS * 1000) / (performance.now() - began);
  };
  const perSecond = (times: readonly number[]): number =>
    1e6 / (times.reduce((sum, each) => sum + each, 0) / times.length);
  await ours();
  const rounds: { ours: number; plain: number; oursRate: number; spawnRate: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const mine = await ours();
    rounds.push({ ours: median(mine), plain: median(plain()), oursRate: perSecond(mine), spawnRate: spawned() });
  }
  const of = (name: keyof (typeof rounds)[number]): number => median(rounds.map((round) => round[name]));
  const trip = of("ours") / of("plain");
  const rate = of("oursRate") / of("spawnRate");
  const fleet = await samplingCost();
  const percent = (core: number): string => `${core.toFixed(2)} % of a core`;
  const section = `${HEADING}

\`npm run bench:mconsole\`: \`version\` on one guest, turn about, ${ROUNDS} rounds of ${COMMANDS} commands (${SPAWNS} starts of
uml_mconsole), medians. Last run on ${new Date().toISOString().slice(0, 10)}, Node ${process.version}.

| what | Corral's client | other | compared | limit | met |
|---|---|---|---|---|---|
| round trip, against a plain Python client that keeps one socket | ${of("ours").toFixed(0)} µs | ${of("plain").toFixed(0)} µs | ${trip.toFixed(2)} × | ≤ 2 × | ${trip <= 2 ? "yes" : "**no**"} |
| commands a second, against starting uml_mconsole each time | ${of("oursRate").toFixed(0)} | ${of("spawnRate").toFixed(0)} | ${rate.toFixed(0)} × | ≥ 30 × | ${rate >= 30 ? "yes" : "**no**"} |
| sampling ${SAMPLED_GUESTS} idle guests of 48 MiB every 5 s, against not sampling them: the supervisor's process | ${percent(fleet.sampling)} | ${percent(fleet.idle)} | +${percent(fleet.sampling - fleet.idle)} | < 1 % | ${fleet.sampling < 1 ? "yes" : "**no**"} |
`;
  process.stdout.write(section);
  const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
  const others = readFileSync(page, "utf8")
    .split(/^(?=## )/m)
    .filter((part) => !part.startsWith(`${HEADING}\n`));
  writeFileSync(page, `${others.join("").trimEnd()}\n\n${section}`);
  process.exitCode = trip <= 2 && rate >= 30 && fleet.sampling < 1 ? 0 : 1;
} finally {
  client.close();
  await guest.end();
  rmSync(folder, { recursive: true, force: true });
}
