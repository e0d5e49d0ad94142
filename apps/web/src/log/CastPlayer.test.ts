import { beforeEach, expect, test, vi } from "vitest";
import { CastPlayer, type CastScreen } from "./CastPlayer.ts";

/** Frames come when a test says so. */
let frame: ((now: number) => void) | undefined;
let now = 0;
const pass = (ms: number) => {
  now += ms;
  const due = frame;
  frame = undefined;
  due?.(now);
};
beforeEach(() => {
  now = 0;
  frame = undefined;
  vi.stubGlobal("performance", { now: () => now });
  vi.stubGlobal("requestAnimationFrame", (callback: (now: number) => void) => {
    frame = callback;
    return 1;
  });
  vi.stubGlobal("cancelAnimationFrame", () => {
    frame = undefined;
  });
});

class Screen implements CastScreen {
  text = "";
  size = "";
  slow: (() => void)[] | undefined;
  write(data: string, done: () => void) {
    this.text += data;
    if (this.slow === undefined) done();
    else this.slow.push(done);
  }
  resize(cols: number, rows: number) {
    this.size = `${cols}x${rows}`;
  }
  reset() {
    this.text = "";
  }
}

const CAST = [
  { version: 2, width: 80, height: 24, timestamp: 1000 },
  [0, "m", "boot 3"],
  [0, "o", "a"],
  [1, "o", "b"],
  [1, "r", "100x30"],
  [3601, "m", "typing ann"],
  [3601, "o", "c"],
  [3602, "m", "panic Kernel panic - not syncing"],
];
const played = async (lines: readonly unknown[] = CAST) => {
  const screen = new Screen();
  const player = new CastPlayer(screen);
  await player.load(async () => new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
  return { screen, player };
};

test("leaves silence out, unless told not to, and has its marks where they are played", async () => {
  const { player } = await played();
  expect(player.state()).toMatchObject({ loading: false, duration: 3.5 });
  expect(player.state().marks).toEqual([
    { kind: "boot", words: "3", at: 0 },
    { kind: "typing", words: "ann", at: 2.5 },
    { kind: "panic", words: "Kernel panic - not syncing", at: 3.5 },
  ]);
  player.setSkipSilence(false);
  expect(player.state()).toMatchObject({ duration: 3602 });
  expect(player.state().marks.map(({ at }) => at)).toEqual([0, 3601, 3602]);
});

test("plays at its speed, stops at the end, and begins again", async () => {
  const { player, screen } = await played();
  player.play();
  pass(10);
  expect(screen.text).toBe("a");
  pass(1000);
  expect(screen).toMatchObject({ text: "ab", size: "100x30" });
  player.setSpeed(16);
  pass(100);
  expect(screen.text).toBe("abc");
  expect(player.state().time).toBe(1000_000 + 3601_000);
  pass(1000);
  expect(player.state()).toMatchObject({ playing: false, position: 3.5 });
  player.play();
  pass(10);
  expect(screen).toMatchObject({ text: "a", size: "80x24" });
});

test("goes to any place, and back", async () => {
  const { player, screen } = await played();
  player.seek(3);
  expect(screen).toMatchObject({ text: "abc", size: "100x30" });
  player.seek(0.5);
  expect(screen).toMatchObject({ text: "a", size: "80x24" });
  player.seek(1e9);
  expect(screen.text).toBe("abc");
});

test("waits for a screen that cannot keep up, and leaves nothing out", async () => {
  const { player, screen } = await played();
  screen.slow = [];
  player.play();
  pass(10);
  pass(5000);
  expect(player.state().position).toBeLessThan(1);
  screen.slow.shift()?.();
  pass(100);
  expect(player.state().position).toBeGreaterThan(0);
  // What a seek has made useless is not taken for an answer.
  player.seek(0);
  screen.slow.shift()?.();
  player.dispose();
});

test("goes to the end that was asked for while it was loading, as it comes", async () => {
  const screen = new Screen();
  const player = new CastPlayer(screen);
  const { readable, writable } = new TransformStream<string, string>();
  const writer = writable.getWriter();
  const loaded = player.load(async () => new Response(readable.pipeThrough(new TextEncoderStream())));
  const [header, ...events] = CAST.map((line) => `${JSON.stringify(line)}\n`);
  await writer.write(`${header}${events.splice(0, 2).join("")}`);
  player.seek(Number.MAX_SAFE_INTEGER);
  expect(screen.text).not.toContain("c");
  await writer.write(events.join(""));
  await writer.close();
  await loaded;
  expect(screen.text).toBe("abc");
  expect(player.state()).toMatchObject({ position: player.state().duration, playing: false });
  // Who went elsewhere meanwhile stays there.
  player.seek(0);
  expect(player.state().position).toBe(0);
});
