import { setTimeout as sleep } from "node:timers/promises";
import { VITALS_EVERY_MS } from "../../packages/contracts/src/index.ts";
import { TestFleet } from "../../packages/supervisor/src/testing/fleet.ts";

export const SAMPLED_GUESTS = 50;
const MEMORY_MIB = 48;
const MEASURED_S = 30;
/** Longer than a measurement: no guest is sampled. */
const NEVER_MS = 24 * 60 * 60_000;

export interface SamplingCost {
  /** Processor time of the supervisor's process while it samples, in percent of a core. */
  readonly sampling: number;
  /** The same while it does not. */
  readonly idle: number;
}

/** What it costs to sample idle guests at the usual pace: the same supervisor and guests, with it and without. */
export const samplingCost = async (): Promise<SamplingCost> => {
  const options = { vitalsEveryMs: VITALS_EVERY_MS };
  const fleet = await TestFleet.open(undefined, options);
  try {
    const specs = await Promise.all(
      Array.from({ length: SAMPLED_GUESTS }, (_, index) => fleet.spec(`idle${index}`, { memoryMiB: MEMORY_MIB })),
    );
    for (const spec of specs) fleet.supervisor.define(spec);
    await Promise.all(specs.map(({ id }) => fleet.supervisor.act(id, "start")));
    for (const { id } of specs) await fleet.state(id, "running");
    const pulses = (): string[] => specs.map(({ id }) => fleet.supervisor.status(id).vitals.pulse);
    // Programs that start once, and the first sample of each, are not what an idle fleet costs.
    await sleep(3 * VITALS_EVERY_MS);
    if (pulses().some((pulse) => pulse !== "live")) throw new Error(`not all guests answer: ${pulses().join(" ")}`);
    const sampling = await core();
    if (pulses().some((pulse) => pulse !== "live")) throw new Error(`a guest stopped answering: ${pulses().join(" ")}`);
    options.vitalsEveryMs = NEVER_MS;
    await fleet.reopen(specs);
    await sleep(VITALS_EVERY_MS);
    return { sampling, idle: await core() };
  } finally {
    await fleet.end();
  }
};

const core = async (): Promise<number> => {
  const began = performance.now();
  const before = process.cpuUsage();
  await sleep(MEASURED_S * 1_000);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - began);
};
