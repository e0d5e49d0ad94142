import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import type { ITerminalAddon, IUnicodeVersionProvider, Terminal } from "@xterm/xterm";

/** A family of seven with skin tones has 21. What a guest hangs onto one letter beyond this gets cells of its own. */
const CODE_POINTS_MAXIMUM = 32;

/* How xterm packs what it is told of a code point: UnicodeService.createPropertyValue. */
const JOINS = 0b001;
const WIDTH = 0b110;
const ONE_CELL = 0b010;

/**
 * Letters of many code points in one cell, with a bound. Without it a hostile guest hangs accents onto one letter by the
 * thousand, and the browser takes minutes to shape it: 5,000 take a second, and each doubling four times as long.
 */
export class BoundedGraphemesAddon implements ITerminalAddon {
  readonly #graphemes = new UnicodeGraphemesAddon();

  activate(terminal: Terminal): void {
    const { unicode } = terminal;
    const registering = {
      register: (provider: IUnicodeVersionProvider) => unicode.register(bounded(provider)),
      get versions() {
        return unicode.versions;
      },
      get activeVersion() {
        return unicode.activeVersion;
      },
      set activeVersion(version: string) {
        unicode.activeVersion = version;
      },
    };
    this.#graphemes.activate({ unicode: registering } as unknown as Terminal);
  }

  dispose(): void {
    this.#graphemes.dispose();
  }
}

const bounded = (provider: IUnicodeVersionProvider): IUnicodeVersionProvider => {
  let joined = 0;
  return {
    version: provider.version,
    wcwidth: (codePoint) => provider.wcwidth(codePoint),
    charProperties: (codePoint, preceding) => {
      const properties = provider.charProperties(codePoint, preceding);
      joined = (properties & JOINS) === 0 || preceding === 0 ? 0 : joined + 1;
      if (joined < CODE_POINTS_MAXIMUM) return properties;
      joined = 0;
      return (properties & ~(JOINS | WIDTH)) | ONE_CELL;
    },
  };
};
