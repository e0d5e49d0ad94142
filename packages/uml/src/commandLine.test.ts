import { describe, expect, it } from "vitest";
import { CommandLineError, type CommandLineSpec, kernelCommandLine } from "./commandLine.ts";

const plain: CommandLineSpec = { memoryMiB: 64, umid: "g1", umlDir: "/run/g1/u" };

const refusedParameter = (changes: Partial<CommandLineSpec>): string => {
  try {
    kernelCommandLine({ ...plain, ...changes });
  } catch (error) {
    if (error instanceof CommandLineError) return error.parameter;
    throw error;
  }
  return "nothing refused";
};

describe("kernelCommandLine", () => {
  it("gives every parameter in a fixed order", () => {
    expect(
      kernelCommandLine({
        ...plain,
        disks: [
          { ubd: 0, file: "/d/a.cow", backing: "/i/a.img", serial: "S1" },
          { ubd: 15, file: "/d/b.img", serial: "S2", flags: { noDiscard: true, readOnly: true } },
          {
            ubd: 2,
            file: "/d/c.img",
            flags: { readOnly: true, synchronous: true, shared: true, ignoreCow: true, noDiscard: true },
          },
        ],
        root: "/dev/ubda",
        rootMode: "rw",
        init: "/bin/sh",
        consoles: [
          { device: "con0", input: "fd:3" },
          { device: "ssl63", input: "null", output: "fd:5" },
        ],
        kernelConsoles: ["ttyS63", "tty0"],
        notifyPath: "/run/g1/s/n",
        hostfsRoot: "/share",
        extraArguments: ["loglevel=7", "systemd.unit=rescue.target"],
      }).join(" "),
    ).toBe(
      "mem=64M umid=g1 uml_dir=/run/g1/u con=null ssl=null con0=fd:3 ssl63=null,fd:5 console=ttyS63 console=tty0 " +
        "ubd0=/d/a.cow,/i/a.img,S1 ubd15rt=/d/b.img,,S2 ubd2rscdt=/d/c.img root=/dev/ubda rw init=/bin/sh " +
        "mconsole=notify:/run/g1/s/n hostfs=/share noreboot.yes pty.legacy_count=0 loglevel=7 systemd.unit=rescue.target",
    );
  });

  it("leaves out what is not given", () => {
    expect(kernelCommandLine({ ...plain, root: null, init: null, notifyPath: null, hostfsRoot: null })).toEqual([
      "mem=64M",
      "umid=g1",
      "uml_dir=/run/g1/u",
      "con=null",
      "ssl=null",
      "noreboot.yes",
      "pty.legacy_count=0",
    ]);
  });

  it.each([" ", ",", ":", "\n", "\t", "\0", "\u001b", "'", '"', "\\", "=", "\u00a0", "\u2028", "\u200b"])(
    "refuses a path with %j in it, naming the parameter",
    (character) => {
      const bad = `/d/a${character}b`;
      expect(refusedParameter({ disks: [{ ubd: 0, file: bad }] })).toBe("disks[0].file");
      expect(refusedParameter({ disks: [{ ubd: 0, file: "/d/a", backing: bad }] })).toBe("disks[0].backing");
      expect(refusedParameter({ umlDir: bad })).toBe("umlDir");
      expect(refusedParameter({ init: bad })).toBe("init");
      expect(refusedParameter({ notifyPath: bad })).toBe("notifyPath");
      expect(refusedParameter({ hostfsRoot: bad })).toBe("hostfsRoot");
    },
  );

  it.each<[Partial<CommandLineSpec>, string]>([
    [{ memoryMiB: 15 }, "memoryMiB"],
    [{ memoryMiB: 64.5 }, "memoryMiB"],
    [{ memoryMiB: Number.NaN }, "memoryMiB"],
    [{ umid: "" }, "umid"],
    [{ umid: "../evil" }, "umid"],
    [{ umid: "a b" }, "umid"],
    [{ umid: "a\n" }, "umid"],
    [{ umid: "x".repeat(41) }, "umid"],
    [{ umlDir: "run" }, "umlDir"],
    [{ disks: [{ ubd: 16, file: "/d/a" }] }, "disks[0].ubd"],
    [{ disks: [{ ubd: 0, file: "a.img" }] }, "disks[0].file"],
    [{ disks: [{ ubd: 0, file: "/d/a", serial: "a,b" }] }, "disks[0].serial"],
    [{ disks: [1, 1].map((ubd) => ({ ubd, file: "/d/a" })) }, "disks"],
    [{ consoles: [{ device: "con16", input: "null" }] }, "consoles[0].device"],
    [{ consoles: [{ device: "con", input: "null" }] }, "consoles[0].device"],
    [{ consoles: [{ device: "con0", input: "fd:3,fd:4" }] }, "consoles[0] channel"],
    [{ consoles: [{ device: "con0", input: "fd:3", output: "xterm=/bin/evil" }] }, "consoles[0] channel"],
    [{ consoles: ["con0", "con0"].map((device) => ({ device, input: "null" })) }, "consoles"],
    [{ interfaces: [{ device: "vec0,ifup=/bin/sh", port: 2000, peerPort: 2001 }] }, "interfaces[0].device"],
    [{ interfaces: [{ device: "vec0", port: 0, peerPort: 2001 }] }, "interfaces[0].port"],
    [{ interfaces: [{ device: "vec0", port: 2000, peerPort: 2.5 }] }, "interfaces[0].peerPort"],
    [{ interfaces: [{ device: "eth0", port: 2000, peerPort: 2001, mac: "x,slirp,/bin/sh" }] }, "interfaces[0].mac"],
    [{ interfaces: ["vec0", "vec0"].map((device) => ({ device, port: 2000, peerPort: 2001 })) }, "interfaces"],
    [{ kernelConsoles: ["tty0,115200"] }, "kernelConsoles[0]"],
    [{ root: "/dev/ubda init=/bin/sh" }, "root"],
    [{ extraArguments: ["quiet", "foo=1 init=/bin/sh"] }, "extraArguments[1]"],
    [{ extraArguments: ["-- x"] }, "extraArguments[0]"],
    [{ extraArguments: Array.from({ length: 50 }, () => "x".repeat(100)) }, "The command line"],
  ])("refuses %j", (changes, parameter) => {
    expect(refusedParameter(changes)).toBe(parameter);
  });

  it("bounds the paths of sockets at 107 bytes, umid and file name included", () => {
    const umlDir = `/${"u".repeat(107 - 1 - "/g1/mconsole".length)}`;
    expect(kernelCommandLine({ ...plain, umlDir })).toContain(`uml_dir=${umlDir}`);
    expect(refusedParameter({ umlDir: `${umlDir}u` })).toBe("umlDir with umid");
    expect(refusedParameter({ notifyPath: `/${"n".repeat(107)}` })).toBe("notifyPath");
  });
});
