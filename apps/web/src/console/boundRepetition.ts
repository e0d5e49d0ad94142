import type { Terminal } from "@xterm/xterm";

/** What is needed of xterm's inside: its public parser hands over a copy of the parameters. The version is pinned. */
interface Core {
  registerCsiHandler(id: { final: string }, callback: (params: { readonly params: Int32Array }) => boolean): unknown;
}

/**
 * xterm repeats scrolling, line insertion, tabs and REP as often as the sequence says, up to 2³¹ times: one such sequence
 * of a hostile guest would freeze the page for minutes. More repetitions than there are rows, columns or cells change
 * nothing more, so the number is cut to that before xterm's own handler sees it, as the server does for its screens.
 */
export const boundRepetition = (terminal: Pick<Terminal, "cols" | "rows">): void => {
  const rows = () => terminal.rows;
  const cols = () => terminal.cols;
  const bounds: Record<string, () => number> = {
    S: rows,
    T: rows,
    "^": rows,
    L: rows,
    M: rows,
    I: cols,
    Z: cols,
    b: () => rows() * cols(),
  };
  const core = (terminal as unknown as { readonly _core: Core })._core;
  for (const [final, bound] of Object.entries(bounds)) {
    core.registerCsiHandler({ final }, ({ params }) => {
      params[0] = Math.min(params[0] ?? 0, bound());
      return false;
    });
  }
};
