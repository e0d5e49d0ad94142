import type { Command } from "./command.ts";
import { adminLink } from "./commands/adminLink.ts";
import { boots } from "./commands/boots.ts";
import { changeCommands } from "./commands/change.ts";
import { console } from "./commands/console.ts";
import { cp } from "./commands/cp.ts";
import { create } from "./commands/create.ts";
import { deleteGuest } from "./commands/delete.ts";
import { discardedCommands } from "./commands/discarded.ts";
import { doctor } from "./commands/doctor.ts";
import { exec } from "./commands/exec.ts";
import { groupCommands } from "./commands/groups.ts";
import { guests } from "./commands/guests.ts";
import { images } from "./commands/images.ts";
import { kernels } from "./commands/kernels.ts";
import { keyCommands } from "./commands/keys.ts";
import { linkCommands } from "./commands/links.ts";
import { log } from "./commands/log.ts";
import { mconsole } from "./commands/mconsole.ts";
import { people } from "./commands/people.ts";
import { power } from "./commands/power.ts";
import { quotaCommands } from "./commands/quota.ts";
import { search } from "./commands/search.ts";
import { sessionCommands } from "./commands/sessions.ts";
import { shareCommands } from "./commands/share.ts";
import { sshDoor } from "./commands/sshDoor.ts";
import { stop } from "./commands/stop.ts";
import { strangers } from "./commands/strangers.ts";
import { tasks } from "./commands/tasks.ts";
import { templateCommands } from "./commands/templates.ts";
import { tokenCreate } from "./commands/tokenCreate.ts";
import { tokenDelete, tokens } from "./commands/tokens.ts";

/** Commands about one thing, as the help shows them together. */
export interface Topic {
  readonly name: string;
  readonly commands: readonly Command[];
}

/** Every command, in the order of the help. */
export const topics: readonly Topic[] = [
  { name: "guests", commands: [guests, create, ...changeCommands, ...power, deleteGuest, ...discardedCommands] },
  { name: "consoles", commands: [console, log, boots, search] },
  { name: "inside", commands: [exec, cp, mconsole] },
  { name: "sharing", commands: [...shareCommands, ...linkCommands] },
  { name: "library", commands: [images, kernels, ...templateCommands, tasks] },
  { name: "people", commands: [...people, ...groupCommands, ...quotaCommands] },
  { name: "logins", commands: [...sessionCommands, tokens, tokenCreate, tokenDelete, ...keyCommands, adminLink] },
  { name: "server", commands: [sshDoor, strangers, doctor, stop] },
];

export const commands: readonly Command[] = topics.flatMap((topic) => topic.commands);
