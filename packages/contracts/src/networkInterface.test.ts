import { expect, it } from "vitest";
import { interfaceWarnings, networkInterface } from "./networkInterface.ts";

const end = (device: string, port: number, peerPort: number) =>
  networkInterface.parse({ transport: "l2tpv3", device, port, peerPort });

it("says of an interface whose other end is in another guest that it can connect to nothing", () => {
  expect(interfaceWarnings([end("vec0", 5000, 5001), end("vec1", 5001, 5000)])).toEqual([]);
  expect(interfaceWarnings([])).toEqual([]);
  const [warning, ...more] = interfaceWarnings([
    end("vec0", 5000, 5001),
    end("vec1", 5002, 5003),
    end("vec2", 5003, 5002),
  ]);
  expect(warning).toMatch(/^vec0 can connect to nothing.*port 5001.*port 5000.*network of its own/);
  expect(more).toEqual([]);
});
