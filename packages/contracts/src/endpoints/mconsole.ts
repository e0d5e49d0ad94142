import { byId, defineEndpoints } from "../endpoint.ts";
import { guest } from "../guest.ts";
import { list } from "../list.ts";
import {
  byDevice,
  byPid,
  guestDevices,
  logLines,
  mconsoleAnswer,
  memoryChange,
  memoryChanged,
  newInterface,
  newPlug,
  newSetting,
  procQuery,
  rawCommand,
  removal,
  sysrqKey,
  sysrqPress,
} from "../mconsole.ts";

const common = { tag: "mconsole", status: 200, params: byId } as const;
const watch = { access: { role: "user", guest: "watch" } } as const;
const use = { access: { role: "user", guest: "use" } } as const;
const manage = { access: { role: "user", guest: "manage" } } as const;
const admin = { access: { role: "admin", guest: "manage" } } as const;
const text = { response: mconsoleAnswer } as const;
const read = { method: "GET", ...common, ...text } as const;
const press = { method: "POST", ...common, ...use } as const;

export const mconsoleEndpoints = defineEndpoints({
  mconsoleVersion: {
    ...read,
    ...watch,
    path: "/guests/:id/mconsole/version",
    summary: "What kernel answers, and the host name it has",
  },
  mconsoleHelp: { ...read, ...watch, path: "/guests/:id/mconsole/help", summary: "The kernel's own list of commands" },
  mconsoleConfig: {
    ...read,
    ...watch,
    path: "/guests/:id/mconsole/config/:device",
    summary: "The setting of one device; empty where it has none",
    params: byDevice,
  },
  mconsoleSetConfig: {
    method: "POST",
    ...common,
    ...admin,
    ...text,
    path: "/guests/:id/mconsole/config",
    summary: "Set a device to anything the kernel takes, for this run; admins, since it may name files and networks",
    body: newSetting,
  },
  mconsoleRemove: {
    method: "POST",
    ...common,
    ...manage,
    ...text,
    path: "/guests/:id/mconsole/remove",
    summary: "Unplug a device, for this run or for good",
    body: removal,
  },
  mconsoleSysrqKeys: {
    method: "GET",
    ...common,
    ...watch,
    path: "/guests/:id/mconsole/sysrq",
    summary: "What each SysRq key does, and which are asked about or refused on this guest's kernel",
    ...list(sysrqKey, ["order", "key", "label"]),
  },
  mconsoleSysrq: {
    ...press,
    ...text,
    path: "/guests/:id/mconsole/sysrq",
    summary: "Press a SysRq key; what the kernel printed. Keys that end or interrupt something need confirm",
    body: sysrqPress,
  },
  mconsoleCad: { ...press, path: "/guests/:id/mconsole/cad", summary: "Press Ctrl-Alt-Del", response: guest },
  mconsoleStop: { ...press, path: "/guests/:id/mconsole/stop", summary: "Pause the guest", response: guest },
  mconsoleGo: { ...press, path: "/guests/:id/mconsole/go", summary: "Let a paused guest go on", response: guest },
  mconsoleHalt: {
    ...press,
    path: "/guests/:id/mconsole/halt",
    summary: "Power off the safe way round: resume, sync, remount, halt; by force where the guest does not answer",
    response: guest,
  },
  mconsoleReboot: {
    ...press,
    path: "/guests/:id/mconsole/reboot",
    summary: "Power off as halt does, and boot again",
    response: guest,
  },
  mconsoleLog: {
    ...press,
    ...text,
    path: "/guests/:id/mconsole/log",
    summary: "Put lines into the guest's kernel log",
    body: logLines,
  },
  mconsoleProc: {
    ...read,
    ...watch,
    path: "/guests/:id/mconsole/proc",
    summary: "A file of the guest's /proc",
    query: procQuery,
  },
  mconsoleStack: {
    ...read,
    ...use,
    path: "/guests/:id/mconsole/stack/:pid",
    summary: "The kernel stack of a process; the guest's console shows it too",
    params: byPid,
  },
  mconsoleRaw: {
    method: "POST",
    ...common,
    ...admin,
    ...text,
    path: "/guests/:id/mconsole/raw",
    summary: "Any command as text. What wrecks a guest is refused; what ends or interrupts it needs confirm",
    body: rawCommand,
  },
  listDevices: {
    method: "GET",
    ...common,
    ...watch,
    path: "/guests/:id/devices",
    summary: "Devices of a running guest as its kernel names them, and its memory",
    response: guestDevices,
  },
  plugDisk: {
    method: "POST",
    ...common,
    ...manage,
    path: "/guests/:id/devices/disks",
    summary: "Plug a disk into the running guest, or one of its definition back in",
    body: newPlug,
    response: guestDevices,
  },
  plugInterface: {
    method: "POST",
    ...common,
    ...manage,
    path: "/guests/:id/devices/interfaces",
    summary: "Give the running guest a network interface, or one of its definition back",
    body: newInterface,
    response: guestDevices,
  },
  changeMemory: {
    method: "POST",
    ...common,
    ...manage,
    path: "/guests/:id/devices/memory",
    summary: "Take free memory away from the running guest, or give it back",
    body: memoryChange,
    response: memoryChanged,
  },
});
