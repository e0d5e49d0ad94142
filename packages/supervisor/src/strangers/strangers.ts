import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { AttachOptions, Viewer, ViewerPort } from "@corral/console";
import { CorralError, type Stranger } from "@corral/contracts";
import { MconsoleClient, MconsoleError } from "@corral/uml";
import { asCorralError } from "../guest/mconsole.ts";
import { hasEnded } from "../sandbox/processes.ts";
import { StrangerConsoles } from "./strangerConsoles.ts";
import { removeUmidFolder, type UmidFolder, umidFoldersIn } from "./umidFolders.ts";
import { findUmlProcesses, type UmlProcess } from "./umlProcesses.ts";

/** A list is shown while somebody looks at it: one that does not answer must not hold it up. */
const LOOK_MS = 500;
/** A console hanging up made a command take 2 s once (docs/uml.md, "mconsole protocol"). */
const COMMAND_MS = 5_000;
/** Consoles that are asked for: more than anybody starts by hand. */
const CONSOLES = ["con0", "con1", "con2", "con3", "ssl0", "ssl1"] as const;
/** Not open, or open to nothing. */
const NO_CONSOLE = /^(|none|null|null,null)$/;
const COMMAND_LINE_MAXIMUM = 4_096;
/** uml_dirs that a guest was once seen with, where it may have left something behind. */
const UML_DIRS_MAXIMUM = 100;
const PAGE_BYTES = 4096;
const TICKS_PER_SECOND = 100;
const START_TIME_FIELD = 21;

type Answers = Pick<Stranger, "version" | "note" | "consoles">;

interface Asked {
  readonly process: UmlProcess;
  readonly client: MconsoleClient;
  /** What it answered last. */
  answers: Answers;
}

/**
 * UML guests of this user that Corral did not start, and what such guests left behind. They are looked for only when
 * somebody asks, and nothing is done to them that nobody asked for.
 */
export class Strangers {
  readonly #runFolder: string;
  readonly #consoles: StrangerConsoles;
  readonly #umlDirs = new Set<string>([join(homedir(), ".uml")]);
  /** By id. Those of strangers that have gone are closed with the next look. */
  readonly #asked = new Map<string, Asked>();
  #listing: Promise<Stranger[]> | null = null;

  /**
   * `runFolder`: below it lie our own sockets, and the uml_dirs of our own guests. `logFolder`: for what opened consoles
   * print.
   */
  constructor(runFolder: string, logFolder: string) {
    this.#runFolder = runFolder;
    this.#consoles = new StrangerConsoles(logFolder);
  }

  /** Several who ask at once are given one list, so that their questions do not get into each other's way. */
  list(): Promise<Stranger[]> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = null;
    });
    return this.#listing;
  }

  async #list(): Promise<Stranger[]> {
    const { processes, stale } = await this.#look();
    const guests = await Promise.all(processes.map((process) => this.#describe(process)));
    return [...guests, ...stale.map(describeStale)];
  }

  /** One command and its answer. Rejects with CorralError: not_found, and what mconsole of a guest of ours does. */
  async mconsole(id: string, command: string): Promise<string> {
    const process = await this.#reachable(id);
    return this.#send(process, (client) => {
      // These let a paused guest go on first, which would else abort.
      if (command === "halt") return client.halt({ timeoutMs: COMMAND_MS }).then(() => "");
      if (command === "reboot") return client.reboot({ timeoutMs: COMMAND_MS }).then(() => "");
      return client.raw(command, { timeoutMs: COMMAND_MS });
    });
  }

  /**
   * Opens a console, to be attached to; it is read as long as somebody watches. Rejects with CorralError: impossible,
   * needs_confirmation where others have it open, and what mconsole does.
   */
  async openConsole(id: string, name: string, confirm: boolean): Promise<void> {
    const process = await this.#reachable(id);
    const channel = await this.#send(process, (client) => client.getConfig(name, { timeoutMs: COMMAND_MS }));
    await this.#consoles.open(process.identity, id, name, plain(channel), confirm);
  }

  /** Throws CorralError not_found where it was not opened. */
  attach(id: string, name: string, port: ViewerPort, options: AttachOptions): Viewer {
    return this.#consoles.attach(id, name, port, options);
  }

  /** Removes a folder that a guest left behind. Rejects with CorralError not_found, wrong_state, impossible. */
  async clean(id: string): Promise<string> {
    const { stale } = await this.#look();
    const folder = stale.find((each) => each.id === id);
    if (folder === undefined) {
      if (id.startsWith("g")) throw new CorralError("wrong_state", "It runs; only what is left behind can be removed.");
      throw notThere();
    }
    removeUmidFolder(folder);
    return folder.path;
  }

  /** Gives back its sockets and consoles. Idempotent. */
  close(): void {
    this.#consoles.close();
    for (const { client } of this.#asked.values()) client.close();
    this.#asked.clear();
  }

  async #reachable(id: string): Promise<UmlProcess> {
    const { processes } = await this.#look();
    const process = processes.find((each) => idOf(each) === id);
    if (process === undefined) throw notThere();
    const whyNot = whyNotAsked(process);
    if (whyNot !== null) throw new CorralError("wrong_state", `${nameOf(process)} cannot be asked: ${whyNot}`);
    return process;
  }

  async #send(process: UmlProcess, command: (client: MconsoleClient) => Promise<string>): Promise<string> {
    try {
      return await command(this.#askedOf(process).client);
    } catch (error) {
      throw error instanceof MconsoleError ? asCorralError(error, nameOf(process)) : error;
    }
  }

  async #look(): Promise<{ readonly processes: readonly UmlProcess[]; readonly stale: readonly UmidFolder[] }> {
    const isIn = (path: string | null): boolean => path?.startsWith(`${this.#runFolder}/`) === true;
    // In its sandbox a guest of ours has it elsewhere; bwrap was told where it lies. An older version's had it here.
    const isOurs = ({ umlDir, starter }: UmlProcess): boolean => isIn(umlDir) || starter.some(isIn);
    const processes = (await findUmlProcesses()).filter((process) => !isOurs(process));
    for (const { umlDir, isElsewhere } of processes) {
      if (umlDir !== null && !isElsewhere && this.#umlDirs.size < UML_DIRS_MAXIMUM) this.#umlDirs.add(umlDir);
    }
    for (const [id, { process, client }] of this.#asked) {
      if (!hasEnded(process.identity)) continue;
      client.close();
      this.#asked.delete(id);
    }
    const here = processes.filter(({ isElsewhere }) => !isElsewhere);
    const held = new Set(here.flatMap(({ mconsoles }) => mconsoles.map(dirname)));
    // One that is just starting has written its pid and not yet opened its socket.
    const isStarting = ({ umlDir, pid }: UmidFolder): boolean =>
      here.some((each) => each.mconsoles.length === 0 && each.umlDir === umlDir && each.ownPid === pid);
    const stale = [...this.#umlDirs]
      .flatMap(umidFoldersIn)
      .filter((folder) => !held.has(folder.path) && !isStarting(folder));
    return { processes, stale };
  }

  async #describe(process: UmlProcess): Promise<Stranger> {
    const { identity, argv, program, mconsoles } = process;
    const folder = mconsoles[0] === undefined ? null : dirname(mconsoles[0]);
    const whyNot = whyNotAsked(process);
    const answers = whyNot === null ? await this.#ask(process) : { version: null, note: whyNot, consoles: [] };
    return {
      id: idOf(process),
      kind: "guest",
      umid: folder === null ? null : basename(folder),
      folder,
      pid: identity.pid,
      commandLine: argv.join(" ").slice(0, COMMAND_LINE_MAXIMUM),
      program,
      ...factsOf(identity.pid),
      ...answers,
    };
  }

  async #ask(process: UmlProcess): Promise<Answers> {
    const asked = this.#askedOf(process);
    // It makes room for what a person asks: then what it answered before is shown.
    const quick = { timeoutMs: LOOK_MS, yields: true };
    try {
      const version = plain((await asked.client.version(quick)).trim());
      const consoles: { name: string; channel: string }[] = [];
      for (const name of CONSOLES) {
        const channel = await asked.client.getConfig(name, quick).catch(emptyWhereRefused);
        if (!NO_CONSOLE.test(channel)) consoles.push({ name, channel: plain(channel) });
      }
      asked.answers = { version, note: null, consoles };
    } catch (error) {
      if (!(error instanceof MconsoleError)) throw error;
      if (error.code !== "busy") asked.answers = { version: null, note: error.message, consoles: [] };
    }
    return asked.answers;
  }

  #askedOf(process: UmlProcess): Asked {
    const id = idOf(process);
    const known = this.#asked.get(id);
    if (known !== undefined) return known;
    const client = new MconsoleClient({
      socketPath: process.mconsoles[0] as string,
      clientPath: join(this.#runFolder, "stranger"),
      // Not known before it answered; what old kernels do not survive is refused.
      kernelVersion: null,
    });
    const asked: Asked = { process, client, answers: { version: null, note: NOT_YET, consoles: [] } };
    this.#asked.set(id, asked);
    return asked;
  }
}

const NOT_YET = "Its management console is busy with another command.";

/** It has no such console, or cannot say what it is. */
const emptyWhereRefused = (error: unknown): string => {
  if (error instanceof MconsoleError && error.code === "refused") return "";
  throw error;
};

const idOf = ({ identity }: UmlProcess): string => `g${identity.pid}-${identity.startTime}`;

const nameOf = ({ mconsoles, identity }: UmlProcess): string =>
  mconsoles[0] === undefined ? `process ${identity.pid}` : basename(dirname(mconsoles[0]));

/** Why no command reaches this very process, or null where one does. */
const whyNotAsked = ({ mconsoles, isElsewhere, ownPid }: UmlProcess): string | null => {
  const [socket] = mconsoles;
  if (isElsewhere) return "It sees other files than Corral (a sandbox, a container): its answers would not arrive.";
  if (socket === undefined) {
    return "It has no management console: it is just starting, or its umid folder could not be made.";
  }
  const umidFolder = dirname(socket);
  // Another guest may have taken the folder, and its socket the place of this one's.
  const holder = umidFoldersIn(dirname(umidFolder)).find(({ path }) => path === umidFolder);
  if (holder === undefined) return "Its umid folder was removed, so that nothing reaches it any more.";
  return holder.pid === ownPid
    ? null
    : `Its umid folder is now used by another process (${holder.pid ?? "unknown"}); what is sent there reaches that one.`;
};

const describeStale = ({ id, umid, path, pid }: UmidFolder): Stranger => ({
  id,
  kind: "stale",
  umid: plain(umid),
  folder: plain(path),
  pid: null,
  commandLine: "",
  program: null,
  startedAt: null,
  residentBytes: null,
  version: null,
  note: `No kernel uses this folder${pid === null ? "" : `; it was that of process ${pid}`}. A guest that is started with this umid may come up under a random one.`,
  consoles: [],
});

const factsOf = (pid: number): Pick<Stranger, "startedAt" | "residentBytes"> => {
  try {
    const resident = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_TIME_FIELD - 2]);
    const hostUptime = Number.parseFloat(readFileSync("/proc/uptime", "utf8"));
    const startedAt = new Date(Date.now() - (hostUptime - ticks / TICKS_PER_SECOND) * 1000).toISOString();
    return { startedAt, residentBytes: resident };
  } catch {
    return { startedAt: null, residentBytes: null };
  }
};

/** Its own words, fit to be shown. */
const plain = (words: string): string => words.replace(/[\p{Cc}\p{Cf}]+/gu, " ");

const notThere = (): CorralError =>
  new CorralError("not_found", "It is not there any more: it has ended, or another has taken its place. Look again.");
