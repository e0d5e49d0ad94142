import { CorralError, type NetworkInterface } from "@corral/contracts";
import { interfaceArgument } from "@corral/uml";
import { askMconsole } from "./mconsole.ts";
import type { RunningGuest } from "./runningGuest.ts";

/*
 * Network interfaces of a guest that runs. Its kernel takes and gives them by mconsole, but does not say which it has
 * ("No get_config routine defined"): so the launch record keeps that.
 */

/** The kernel's answer. Rejects with CorralError, with the kernel's own words where it refused. */
export const plugInterface = async (
  run: RunningGuest | null,
  name: string,
  wish: NetworkInterface,
): Promise<string> => {
  const used = run?.record.interfaces.find(({ device, port }) => device === wish.device || port === wish.port);
  if (used !== undefined) {
    const field = used.device === wish.device ? "device" : "port";
    throw new CorralError("in_use", `${field}: ${name} uses it for ${used.device} already. Choose another.`, [
      { field: `interface.${field}`, message: `is used for ${used.device} already` },
    ]);
  }
  const answer = await askMconsole(run, name, `config ${interfaceArgument(wish)}`);
  run?.note({ interfaces: [...run.record.interfaces, wish] });
  return answer;
};

/** The kernel has let go of it. */
export const forgetInterface = (run: RunningGuest | null, device: string): void => {
  run?.note({ interfaces: run.record.interfaces.filter((each) => each.device !== device) });
};
