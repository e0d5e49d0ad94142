import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const mconsoleRoutes = (api: FastifyInstance, { mconsole, devices, guests }: Services): void => {
  route(api, "mconsoleVersion", async (call) => ({ text: (await mconsole.ask(call, "version")).trim() }));
  route(api, "mconsoleHelp", async (call) => ({ text: await mconsole.ask(call, "help") }));
  route(api, "mconsoleConfig", async (call) => ({
    text: (await mconsole.ask(call, `config ${call.params.device}`)).trim(),
  }));
  route(api, "mconsoleSetConfig", async (call) => {
    const { device, value } = call.body;
    // Of a vector interface the kernel wants a colon.
    const separator = device.startsWith("vec") ? ":" : "=";
    return { text: await mconsole.ask(call, `config ${device}${separator}${value}`) };
  });
  route(api, "mconsoleRemove", async (call) => ({
    text: await devices.remove(call, call.body.device, call.body.keep),
  }));
  route(api, "mconsoleSysrqKeys", ({ guest, query }) => {
    const keys = mconsole.keys(guest).map((key, order) => ({ ...key, order }));
    return listPage(keys, query, { id: ({ key }) => key });
  });
  route(api, "mconsoleSysrq", async (call) => ({
    text: await mconsole.sysrq(call, call.body.key, call.body.confirm),
  }));
  // Through the supervisor, which knows what to do first and what state the guest is in afterwards.
  route(api, "mconsoleCad", ({ guest, caller }) => guests.act(guest, "ctrl-alt-del", caller));
  route(api, "mconsoleStop", ({ guest, caller }) => guests.act(guest, "pause", caller));
  route(api, "mconsoleGo", ({ guest, caller }) => guests.act(guest, "resume", caller));
  route(api, "mconsoleHalt", ({ guest, caller }) => guests.act(guest, "force-off", caller));
  route(api, "mconsoleReboot", ({ guest, caller }) => guests.act(guest, "force-restart", caller));
  route(api, "mconsoleLog", async (call) => {
    for (const line of call.body.lines) await mconsole.ask(call, `log ${line}\n`);
    return { text: "" };
  });
  route(api, "mconsoleProc", async (call) => ({
    text: (await mconsole.ask(call, `proc ${call.query.path}`)).replace(/^\n/, ""),
  }));
  route(api, "mconsoleStack", async (call) => ({ text: await mconsole.ask(call, `stack ${call.params.pid}`) }));
  route(api, "mconsoleRaw", async (call) => ({
    text: await mconsole.raw(call, call.body.command, call.body.confirm),
  }));
  route(api, "listDevices", (call) => devices.list(call));
  route(api, "plugDisk", (call) => devices.plugDisk(call, call.body.disk, call.body.keep));
  route(api, "plugInterface", (call) => devices.plugInterface(call, call.body.interface, call.body.keep));
  route(api, "changeMemory", (call) => devices.changeMemory(call, call.body.changeMiB));
};
