import { expect, it } from "vitest";
import { LineEditor } from "./LineEditor.ts";

const edited = (complete: (typed: string) => string[] = () => []) => {
  const lines: string[] = [];
  let screen = "";
  const editor: LineEditor = new LineEditor({
    write: (text) => {
      screen += text;
    },
    complete,
    onLine: (line) => {
      lines.push(line);
      editor.begin("> ");
    },
  });
  editor.begin("> ");
  return { editor, lines, screen: () => screen };
};

it("edits a line as a shell does", () => {
  const { editor, lines } = edited();
  editor.type("versionn\u007f\r");
  editor.type("ersion\u0001v\u0005!\u001b[D\u001b[3~\r");
  editor.type("junk\u0015help\r");
  expect(lines).toEqual(["version", "version", "help"]);
});

it("remembers lines, completes words, and takes nothing that a terminal would obey", () => {
  const { editor, lines, screen } = edited((typed) => ["config", "cad"].filter((word) => word.startsWith(typed)));
  editor.type("co\tubd0\r\u001b[A\r");
  editor.type("c\t");
  expect(screen()).toContain("config  cad");
  editor.type("\u0003\u001b]0;x\u0007\r");
  expect(lines).toEqual(["config ubd0", "config ubd0", "]0;x"]);
});
