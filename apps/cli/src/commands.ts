import type { Command } from "./command.ts";
import { adminLink } from "./commands/adminLink.ts";
import { boots } from "./commands/boots.ts";
import { console } from "./commands/console.ts";
import { cp } from "./commands/cp.ts";
import { create } from "./commands/create.ts";
import { deleteGuest } from "./commands/delete.ts";
import { doctor } from "./commands/doctor.ts";
import { exec } from "./commands/exec.ts";
import { guests } from "./commands/guests.ts";
import { images } from "./commands/images.ts";
import { kernels } from "./commands/kernels.ts";
import { log } from "./commands/log.ts";
import { mconsole } from "./commands/mconsole.ts";
import { people } from "./commands/people.ts";
import { power } from "./commands/power.ts";
import { search } from "./commands/search.ts";
import { share } from "./commands/share.ts";
import { sshDoor } from "./commands/sshDoor.ts";
import { stop } from "./commands/stop.ts";
import { tasks } from "./commands/tasks.ts";
import { tokenCreate } from "./commands/tokenCreate.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  guests,
  create,
  ...power,
  deleteGuest,
  console,
  log,
  boots,
  search,
  exec,
  cp,
  mconsole,
  images,
  kernels,
  tasks,
  share,
  ...people,
  adminLink,
  tokenCreate,
  sshDoor,
  doctor,
  stop,
];
