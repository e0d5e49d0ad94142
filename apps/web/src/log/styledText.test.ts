import { expect, test } from "vitest";
import { StyledText } from "./styledText.ts";
import { cssOf, PLAIN } from "./textStyle.ts";

const lines = (...texts: string[]) => {
  const styled = new StyledText();
  return texts.flatMap((text) => styled.line(text));
};
const plain = (...texts: string[]) => lines(...texts).map((spans) => spans.map(({ text }) => text).join(""));

test("colours stay, from one line to the next", () => {
  expect(lines("a \u001b[1;31mred", "on\u001b[0m off")).toEqual([
    [
      { text: "a ", style: {} },
      { text: "red", style: { bold: true, foreground: 1 } },
    ],
    [
      { text: "on", style: { bold: true, foreground: 1 } },
      { text: " off", style: {} },
    ],
  ]);
  const [[deep, palette] = []] = lines("\u001b[38;2;1;2;255mx\u001b[48;5;200;39my");
  expect(deep?.style).toEqual({ foreground: "#0102ff" });
  expect(palette?.style).toEqual({ background: 200 });
  expect(cssOf({ background: 232, inverse: true }, { background: "#000" })).toMatchObject({ color: "rgb(8 8 8)" });
  expect(cssOf(PLAIN, {})).toBeUndefined();
});

test("what a shell corrects on its line is corrected, as on the screen", () => {
  expect(plain("# lss\b \bx\b\u001b[K -l\r")).toEqual(["# ls -l"]);
  expect(plain("10 %\r20 %\r100 %")).toEqual(["100 %"]);
  expect(plain("abcdef\u001b[3D\u001b[P!")).toEqual(["abc!f"]);
  expect(plain("a\tb")).toEqual(["a       b"]);
  expect(plain("\u001b[5Gx")).toEqual(["    x"]);
});

test("where a program moves about on the screen, a new line begins, and nothing is lost", () => {
  expect(plain("\u001b[?1049h\u001b[2J\u001b[1;1Hone\u001b[2;1Htwo\u001b[3Jthree")).toEqual(["one", "twothree"]);
});

test("no sequence is left, whatever is printed, and no line grows without end", () => {
  expect(plain("\u001b]0;title\u0007x\u001b(By\u009b1mz\u001bc\u001b]52;c;never")).toEqual(["xyz"]);
  expect(plain("\u001b[999999999Cx")[0]?.length).toBeLessThanOrEqual(2001);
  expect(plain("")).toEqual([""]);
  for (let seed = 1; seed < 300; seed += 1) {
    const bytes = Uint8Array.from({ length: 60 }, (_, index) => (seed * 7919 + index * index * 104729) >>> (seed % 9));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(plain(new TextDecoder().decode(bytes)).join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
});
