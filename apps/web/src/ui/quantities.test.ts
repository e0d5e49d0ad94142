import { describe, expect, it } from "vitest";
import { counted, formatAge, formatBytes, formatDuration, formatMebibytes } from "./quantities.ts";

describe("quantities", () => {
  it("writes durations with a width that hardly changes", () => {
    expect(formatDuration(-5)).toBe("0:00");
    expect(formatDuration(7_900)).toBe("0:07");
    expect(formatDuration(751_000)).toBe("12:31");
    expect(formatDuration(3_600_000)).toBe("1:00:00");
    expect(formatDuration(((3 * 24 + 5) * 60 + 4) * 60_000)).toBe("3d 05:04");
  });

  it("writes ages in one unit", () => {
    expect(formatAge(59_000)).toBe("now");
    expect(formatAge(60_000)).toBe("1m ago");
    expect(formatAge(3 * 3_600_000 + 1)).toBe("3h ago");
    expect(formatAge(50 * 3_600_000)).toBe("2d ago");
  });

  it("writes sizes with three significant digits", () => {
    expect(formatBytes(0)).toBe("0 B");
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(1000)).toBe("0.98 KiB");
    expect(formatBytes(1536)).toBe("1.50 KiB");
    expect(formatBytes(64 * 1024 ** 2)).toBe("64.0 MiB");
    expect(formatBytes(189 * 1024 ** 2)).toBe("189 MiB");
    expect(formatMebibytes(128)).toBe("128 MiB");
    expect(formatMebibytes(1536)).toBe("1.5 GiB");
  });

  it("counts", () => {
    expect(counted(1, "guest")).toBe("1 guest");
    expect(counted(0, "guest")).toBe("0 guests");
  });
});
