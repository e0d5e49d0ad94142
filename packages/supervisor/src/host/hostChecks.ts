import type { HostCheck } from "@corral/contracts";
import { type Check, type Finding, failure } from "./check.ts";
import { adoption } from "./checks/adoption.ts";
import { portConsoles } from "./checks/portConsoles.ts";
import { programs } from "./checks/programs.ts";
import { resources } from "./checks/resources.ts";
import { sandboxing } from "./checks/sandboxing.ts";
import { surroundings } from "./checks/surroundings.ts";

/** No look takes a tenth of this, unless the host hangs, which is worth saying too. */
const LOOK_TIMEOUT_MS = 8_000;

/** Looks at everything on this host that Corral depends on, all at once, and says in plain words what is wrong. */
export const checkHost = (home: string): Promise<HostCheck[]> => {
  const checks: readonly Check[] = [
    ...programs,
    portConsoles,
    ...sandboxing,
    ...adoption,
    ...resources(home),
    ...surroundings(home),
  ];
  return Promise.all(checks.map(async ({ id, title, look }) => ({ id, title, ...(await boundedLook(look)) })));
};

const boundedLook = async (look: Check["look"]): Promise<Finding> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      resolve(failure(`It gave no answer within ${LOOK_TIMEOUT_MS / 1000} s.`, "The host hangs, or is very busy."));
    }, LOOK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([(async () => look())(), late]);
  } catch (error) {
    return failure(`It could not be looked at: ${(error as Error).message}`, "Whether it works is not known.");
  } finally {
    clearTimeout(timer);
  }
};
