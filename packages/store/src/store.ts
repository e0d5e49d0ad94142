import { chmodSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "./database.ts";
import { Events } from "./events.ts";
import { Grants } from "./grants.ts";
import { Groups } from "./groups.ts";
import { Guests } from "./guests.ts";
import { GuestTypings } from "./guestTyping.ts";
import { Identities } from "./identities.ts";
import { Images } from "./images.ts";
import { Kernels } from "./kernels.ts";
import { lockHolders } from "./lockHolders.ts";
import { LoginLinks } from "./loginLinks.ts";
import { Names } from "./names.ts";
import { Passkeys } from "./passkeys.ts";
import { Sessions } from "./sessions.ts";
import { Settings } from "./settings.ts";
import { SshKeys } from "./sshKeys.ts";
import { Tasks } from "./tasks.ts";
import { Templates } from "./templates.ts";
import { Tokens } from "./tokens.ts";
import { Users } from "./users.ts";
import { WatchLinks } from "./watchLinks.ts";
import { whenUnlocked } from "./whenUnlocked.ts";

export interface Store {
  readonly users: Users;
  readonly identities: Identities;
  readonly sessions: Sessions;
  readonly loginLinks: LoginLinks;
  readonly tokens: Tokens;
  readonly sshKeys: SshKeys;
  readonly passkeys: Passkeys;
  readonly kernels: Kernels;
  readonly images: Images;
  readonly guests: Guests;
  readonly groups: Groups;
  readonly templates: Templates;
  readonly grants: Grants;
  readonly names: Names;
  readonly events: Events;
  readonly tasks: Tasks;
  readonly settings: Settings;
  readonly typing: GuestTypings;
  readonly watchLinks: WatchLinks;

  /** Runs `work`, which must not be asynchronous: all its writes are kept, or on an error none. */
  transaction<T>(work: () => T): T;
  /** Whether the database answers. */
  works(): boolean;
  /**
   * Resolves as soon as no other process keeps this one from writing. Rejects with what SQLite says when one still does
   * after `whenUnlocked`'s patience, or when nothing can be written for another reason.
   */
  writable(): Promise<void>;
  /** Resolves when all that was written before this call outlasts the host's power. Rejects as the file system does. */
  durable(): Promise<void>;
  /** The other processes that hold the database, in words; as far as it can be told. */
  lockHolders(): string[];
  /** Copies the database, as it is at one moment, to a new file of mode 0600 while everything goes on. */
  backup(file: string): Promise<void>;
  /** May be called more than once. */
  close(): void;
}

/** Opens the data folder's database. Throws `host_unfit` when a newer Corral has written it. */
export const openStore = (home: string): Store => {
  const file = join(home, "corral.db");
  const { sqlite, db, walSync, close } = openDatabase(file);
  return {
    users: new Users(db),
    identities: new Identities(db),
    sessions: new Sessions(db),
    loginLinks: new LoginLinks(db),
    tokens: new Tokens(db),
    sshKeys: new SshKeys(db),
    passkeys: new Passkeys(db),
    kernels: new Kernels(db),
    images: new Images(db),
    guests: new Guests(db),
    groups: new Groups(db),
    templates: new Templates(db),
    grants: new Grants(db),
    names: new Names(db),
    events: new Events(db),
    tasks: new Tasks(db),
    settings: new Settings(db),
    typing: new GuestTypings(db),
    watchLinks: new WatchLinks(db),

    transaction: (work) => sqlite.transaction(work).immediate(),
    works: () => sqlite.open && sqlite.prepare("SELECT 1 AS one").get() !== undefined,
    writable: () => whenUnlocked(() => void sqlite.exec("BEGIN IMMEDIATE; ROLLBACK")),
    durable: () => walSync.done(),
    lockHolders: () => lockHolders(file),
    backup: async (to) => {
      await sqlite.backup(to);
      chmodSync(to, 0o600);
    },
    close,
  };
};
