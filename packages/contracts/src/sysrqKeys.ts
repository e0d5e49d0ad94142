/** What each SysRq key is for (kernel: Documentation/admin-guide/sysrq.rst), and what it costs the guest. */
export interface SysrqMeaning {
  readonly key: string;
  readonly label: string;
  readonly meaning: string;
  /** Ends or interrupts something: asked about first. */
  readonly asks?: true;
}

export const SYSRQ_KEYS: readonly SysrqMeaning[] = [
  { key: "h", label: "Help", meaning: "Lists the keys that this kernel knows." },
  { key: "m", label: "Memory", meaning: "Shows how memory is used, zone by zone." },
  {
    key: "w",
    label: "Blocked tasks",
    meaning: "Shows the tasks that wait and cannot be interrupted, with their stacks.",
  },
  { key: "t", label: "All tasks", meaning: "Shows every task with its stack." },
  { key: "p", label: "Registers", meaning: "Shows the registers of the processor." },
  { key: "q", label: "Timers", meaning: "Shows all armed timers and the clock devices." },
  { key: "l", label: "CPU stacks", meaning: "Shows the stacks of all active processors." },
  { key: "d", label: "Locks", meaning: "Shows the locks that are held, where the kernel keeps count of them." },
  { key: "z", label: "Trace buffer", meaning: "Prints the buffer of the function tracer." },
  { key: "s", label: "Sync", meaning: "Writes what is waiting to be written to the disks." },
  {
    key: "u",
    label: "Remount read-only",
    meaning: "Makes every file system read-only. Programs that write fail from then on, until the guest is restarted.",
    asks: true,
  },
  { key: "j", label: "Thaw", meaning: "Thaws file systems that were frozen." },
  { key: "n", label: "Tame real time", meaning: "Turns tasks with real-time priority into ordinary ones." },
  {
    key: "f",
    label: "Out-of-memory killer",
    meaning: "Kills the task that uses the most memory, as when memory runs out.",
    asks: true,
  },
  {
    key: "e",
    label: "Terminate all",
    meaning: "Sends SIGTERM to every task but init. Services end; unsaved work is lost.",
    asks: true,
  },
  {
    key: "i",
    label: "Kill all",
    meaning: "Sends SIGKILL to every task but init. Nothing can save its work.",
    asks: true,
  },
  {
    key: "k",
    label: "Secure access",
    meaning: "Kills every program on the current virtual console.",
    asks: true,
  },
  {
    key: "o",
    label: "Power off",
    meaning: "Powers the guest off at once. What was not written to disk is lost.",
    asks: true,
  },
  {
    key: "b",
    label: "Reboot",
    meaning: "Reboots at once, without writing disks. Force restart does the same and works.",
    asks: true,
  },
  {
    key: "c",
    label: "Crash",
    meaning: "Makes the kernel panic on purpose, to try what happens then. What was not written to disk is lost.",
    asks: true,
  },
  { key: "g", label: "Kernel debugger", meaning: "Enters the kernel's own debugger, where it has one.", asks: true },
  { key: "r", label: "Raw keyboard", meaning: "Takes the keyboard back from raw mode." },
  { key: "v", label: "Restore display", meaning: "Restores the framebuffer console." },
  ...Array.from({ length: 10 }, (_, level) => ({
    key: String(level),
    label: `Log level ${level}`,
    meaning:
      level === 0
        ? "Only emergencies such as a panic still reach the console."
        : level === 9
          ? "Every kernel message reaches the console."
          : `Kernel messages more urgent than level ${level} reach the console.`,
  })),
];
