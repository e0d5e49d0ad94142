import { describe, expect, it } from "vitest";
import { WritersSeat } from "./writersSeat.ts";

const seatOf = (...askers: string[]) => {
  const seat = new WritersSeat<string>();
  for (const asker of askers) seat.ask(asker);
  return seat;
};

describe("WritersSeat", () => {
  it("is given to the first who asks", () => {
    expect(seatOf().holder).toBeNull();
    expect(seatOf("ann", "bob").holder).toBe("ann");
  });

  it("goes to the one who waited longest", () => {
    const seat = seatOf("ann", "bob", "cyd");
    seat.leave("ann");
    expect(seat.holder).toBe("bob");
    seat.leave("bob");
    expect(seat.holder).toBe("cyd");
    seat.leave("cyd");
    expect(seat.holder).toBeNull();
  });

  it("can be taken, also by one who never asked; who was bumped waits", () => {
    const seat = seatOf("ann", "bob");
    seat.take("eve");
    expect(seat.holder).toBe("eve");
    seat.take("eve");
    seat.leave("eve");
    expect(seat.holder).toBe("bob");
    seat.leave("bob");
    expect(seat.holder).toBe("ann");
  });

  it("is not given to one who has left", () => {
    const seat = seatOf("ann", "bob", "cyd");
    seat.leave("bob");
    seat.leave("ann");
    expect(seat.holder).toBe("cyd");
  });
});
