import { afterEach, describe, expect, it } from "vitest";
import { ALL_WAYS, StandIn } from "../testing/standIn.ts";
import { PROCESSES_MAXIMUM } from "./cgroup.ts";
import { boundGuest } from "./guestBounds.ts";

const GREEDY = `
  my $go = 0; $SIG{USR1} = sub { $go = 1 };
  print "ready\\n";
  select(undef, undef, undef, 0.01) until $go;
  my @terminals;
  while (@terminals < 200) { open(my $master, "+<", "/dev/ptmx") or last; push @terminals, $master }
  print "terminals=", scalar(@terminals), " $!\\n";
  open(my $limits, "<", "/proc/self/limits"); print grep { /^Max processes/ } <$limits>;
  print "done\\n";
  sleep 60;
`;

let standIn: StandIn | null = null;
afterEach(async () => {
  await standIn?.end();
  standIn = null;
});

describe.each(ALL_WAYS)("a guest without a control group whose kernel runs as user %s", (uid) => {
  it("is bounded in its processes, and takes no more than 128 terminals", async () => {
    standIn = await StandIn.start({ script: GREEDY, uid });
    await standIn.says(/ready/);
    await boundGuest(standIn.processes);
    process.kill(standIn.processes.kernel.pid, "SIGUSR1");
    const said = await standIn.says(/done/);
    expect(said).toContain("terminals=128 No space left on device");
    expect(said).toMatch(new RegExp(`^Max processes +${PROCESSES_MAXIMUM} +${PROCESSES_MAXIMUM} `, "m"));
  });
});
