export { type AsciicastOptions, asciicast } from "./asciicast.ts";
export { COLS_MAXIMUM, Console, type ConsoleOptions, ROWS_MAXIMUM, VIEWERS_MAXIMUM } from "./console.ts";
export { ConsoleLog, type ConsoleLogOptions, type LogProblem } from "./consoleLog.ts";
export type { ConsoleSource, TelnetSource, TerminalSource } from "./consoleSource.ts";
export { ConsoleError, type ConsoleErrorCode } from "./errors.ts";
export { RECORDING_MAXIMUM_BYTES, type TypedEntry } from "./inputRecording.ts";
export type { Boot, LogMark, WindowSize } from "./logMarks.ts";
export { type FoundLine, type LogQuery, type SearchStep, searchLog } from "./logSearch.ts";
export { NEW_TERMINAL } from "./newTerminal.ts";
export type { Picture, Run } from "./picture.ts";
export { plainText } from "./plainText.ts";
export { PtyReader } from "./ptyReader.ts";
export { PtyWriter, writeNow } from "./ptyWriter.ts";
export { lengthOf, rawBytes } from "./rawLog.ts";
export type { LogRead, OffsetRange, ReadableLog } from "./readableLog.ts";
export type { Snapshot } from "./savedScreen.ts";
export type { AttachOptions, Viewer } from "./viewer.ts";
export type {
  CloseReason,
  TypingRules,
  ViewerEvent,
  ViewerPort,
  ViewerPresence,
  ViewerRole,
  WantedRole,
} from "./viewerPort.ts";
export { CATCH_UP_MAXIMUM_BYTES, VIEWER_WINDOW_BYTES } from "./viewerStream.ts";
