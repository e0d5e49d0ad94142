import { describe, expect, it } from "vitest";
import { lightest, nextMove, type Placed } from "./balance.ts";

let guests = 0;
const on = (processor: number | null, load: number, isMovable = true): Placed => {
  guests += 1;
  return { id: `g${guests}`, processor, load, isMovable };
};

describe("a guest that is started", () => {
  it("gets the processor with the least work, then the one with the fewest guests", () => {
    expect(lightest([0, 1, 2], [])).toBe(0);
    expect(lightest([0, 1, 2], [on(0, 80), on(1, 30), on(1, 30), on(2, 70)])).toBe(1);
    expect(lightest([0, 1], [on(0, 1), on(0, 2), on(1, 3)])).toBe(1);
    expect(lightest([4, 6], [on(4, 100), on(null, 100), on(9, 100)])).toBe(6);
  });
});

describe("a guest that runs", () => {
  it("is moved where two that work share a processor and another has none", () => {
    // The one with which both come closest to each other.
    const [one, other] = [on(0, 50), on(0, 45)];
    expect(nextMove([0, 1], [one, other, on(1, 2)])).toEqual({ id: other.id, to: 1 });
  });

  it("stays where a move would only swap the busy processor, or gain next to nothing", () => {
    expect(nextMove([0, 1], [on(0, 100), on(0, 1)])).toBeNull();
    expect(nextMove([0, 1], [on(0, 60), on(1, 50)])).toBeNull();
    expect(nextMove([0, 1], [on(0, 33), on(0, 33), on(0, 33), on(1, 66), on(1, 33)])).toBeNull();
    expect(nextMove([0], [on(0, 50), on(0, 50)])).toBeNull();
    expect(nextMove([0, 1], [])).toBeNull();
  });

  it("stays where its definition puts it", () => {
    const free = on(0, 30);
    expect(nextMove([0, 1], [on(0, 50, false), free])).toEqual({ id: free.id, to: 1 });
    expect(nextMove([0, 1], [on(0, 50, false), on(0, 30, false), on(null, 100, false)])).toBeNull();
  });

  it("is given a place first where it has none, or one that is there no more", () => {
    for (const processor of [null, 7]) {
      const homeless = on(processor, 0);
      expect(nextMove([0, 1], [on(0, 50), on(0, 50), homeless])).toEqual({ id: homeless.id, to: 1 });
    }
  });

  it("is moved until all is even, and then no more", () => {
    let placed = [70, 60, 20, 15, 12, 5, 90].map((load) => on(0, load));
    let moves = 0;
    for (let move = nextMove([0, 1, 2], placed); move !== null; move = nextMove([0, 1, 2], placed)) {
      const { id, to } = move;
      placed = placed.map((guest) => (guest.id === id ? { ...guest, processor: to } : guest));
      moves += 1;
      expect(moves).toBeLessThan(10);
    }
    const loads = [0, 1, 2].map((processor) =>
      placed.filter((guest) => guest.processor === processor).reduce((sum, { load }) => sum + load, 0),
    );
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(25);
  });
});
