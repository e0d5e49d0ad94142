import { closeSync, readSync, writeSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { closePty, openPty, type PtyPair } from "../pty.ts";
import { ALL_WAYS, StandIn } from "../testing/standIn.ts";
import { openGuestPts, terminalsOf } from "./guestPts.ts";

/** A filter that lets everything pass, as guests of older servers may make namespaces. */
const NO_FILTER = Buffer.from([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]);

/** Opens a pty of its own, with a word in it, then puts links to the host's terminals in their place. */
const LYING = (uid: number | null) => `
  open(my $master, "+<", "/dev/ptmx") or die $!;
  my $zero = pack("i", 0);
  ioctl($master, 0x40045431, $zero) or die $!;
  print "own pty\\n";
  $SIG{USR1} = sub {
    syscall(272, 0x10020000) == 0 or do { print "no namespace: $!\\n"; return };
    for (["setgroups", "deny"], ["uid_map", "0 ${uid ?? 0} 1"], ["gid_map", "0 ${uid ?? 0} 1"]) {
      open(my $file, ">", "/proc/self/$_->[0]") or next; print {$file} $_->[1]; close $file;
    }
    my ($tmpfs, $dev, $pts) = ("tmpfs", "/dev", "/dev/pts");
    syscall(165, $tmpfs, $dev, $tmpfs, 0, 0) == 0 or print("no mount: $!\\n");
    syscall(88, $pts, $pts) == 0 or print("no link: $!\\n");
    print "lying ", readlink("/dev/pts") // "not", "\\n";
  };
  print "ready\\n";
  sleep 60 while 1;
`;

const ptys: PtyPair[] = [];
let standIn: StandIn | null = null;
afterEach(async () => {
  await standIn?.end();
  standIn = null;
  for (const pty of ptys.splice(0)) closePty(pty);
});

describe.each(ALL_WAYS)("terminals of a sandbox whose program runs as user %s", (uid) => {
  it("are opened, and those of the host are not, although it calls them its own by a link", async () => {
    const hosts = openPty(80, 24);
    ptys.push(hosts);
    standIn = await StandIn.start({ script: LYING(uid), uid, filter: NO_FILTER });
    await standIn.says(/ready/);
    const owner = { ...standIn.processes, terminals: terminalsOf(standIn.processes.init) };
    expect(owner.terminals).not.toBeNull();
    const own = openGuestPts(owner, 0);
    expect(own).not.toBeNull();
    closeSync(own as number);
    expect(openGuestPts(owner, 1)).toBeNull();

    process.kill(owner.kernel.pid, "SIGUSR1");
    const said = await standIn.says(/(lying|no namespace).*\n/);
    // A user namespace inside one for which bwrap has forbidden them cannot be had even without the filter.
    expect(said).toMatch(uid === null ? /no namespace|lying/ : /lying \/dev\/pts/);
    writeSync(hosts.slave, "of the host's root");
    for (const terminals of [owner.terminals, null]) {
      const opened = openGuestPts({ ...owner, terminals }, hosts.number);
      if (opened === null) continue;
      // A pty of its own may have that number.
      expect(() => readSync(opened, Buffer.alloc(100))).toThrow(/EAGAIN/);
      closeSync(opened);
    }
    expect(() => openGuestPts({ ...owner, terminals: (owner.terminals ?? 0) + 1 }, 0)).toThrow("something else");
    // The same, asked of the kernel itself, whose files are not bwrap's any more.
    if (uid !== null) expect(() => openGuestPts({ ...owner, init: owner.kernel }, hosts.number)).toThrow(/ELOOP/);
  });
});
