import type { Store } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import type { Typing } from "./consoles/typing.ts";
import type { WatchLinks } from "./consoles/watchLinks.ts";
import type { EventLog } from "./events/eventLog.ts";
import type { DiscardedGuests } from "./guests/discardedGuests.ts";
import type { Guests } from "./guests/guests.ts";
import type { Quotas } from "./guests/quotas.ts";
import type { HostFacts } from "./hostFacts.ts";
import type { Images } from "./library/images.ts";
import type { Kernels } from "./library/kernels.ts";
import type { Origins } from "./origins.ts";
import type { Accounts } from "./people/accounts.ts";
import type { Authenticator } from "./people/authenticate.ts";
import type { LoginLinks } from "./people/loginLinks.ts";
import type { PasswordLogins } from "./people/passwordLogins.ts";
import type { SecondFactors } from "./people/secondFactors.ts";
import type { Sessions } from "./people/sessions.ts";
import type { Tokens } from "./people/tokens.ts";
import type { LiveSockets } from "./sockets/liveSockets.ts";
import type { SshLogins } from "./ssh/sshLogins.ts";
import type { TaskRunner } from "./tasks/taskRunner.ts";

/** What routes are given to work with. */
export interface Services {
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly events: EventLog;
  readonly guests: Guests;
  readonly images: Images;
  readonly kernels: Kernels;
  readonly tasks: TaskRunner;
  readonly host: HostFacts;
  readonly origins: Origins;
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly sshLogins: SshLogins;
  readonly loginLinks: LoginLinks;
  readonly accounts: Accounts;
  readonly secondFactors: SecondFactors;
  readonly quotas: Quotas;
  readonly discarded: DiscardedGuests;
  readonly passwordLogins: PasswordLogins;
  readonly sockets: LiveSockets;
  readonly typing: Typing;
  readonly watchLinks: WatchLinks;
}
