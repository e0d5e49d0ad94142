/**
 * What a terminal sends by itself when it is asked: device attributes (`c`), status and cursor position (`n`, `R`),
 * modes (`$y`), window size (`t`), and answers to DCS and OSC requests. A function key can look like one of them
 * (Shift-F3 is `CSI 1;2R`), so this alone is no reason to drop something that a person may have typed.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: reports begin with an escape
const REPORT = /^\u001b(\[[?>=]?[\d;]*(\$y|[cnRt])|\[\?[\d;]*u|[P\]_][^\u0007\u001b]*(\u0007|\u001b\\)?)$/;

export const isTerminalReport = (data: string): boolean => REPORT.test(data);
