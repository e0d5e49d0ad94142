export { COLS_MAXIMUM, Console, type ConsoleOptions, ROWS_MAXIMUM, VIEWERS_MAXIMUM } from "./console.ts";
export { ConsoleLog, type ConsoleLogOptions, type LogProblem, type LogRead } from "./consoleLog.ts";
export type { ConsoleSource } from "./consoleSource.ts";
export { ConsoleError, type ConsoleErrorCode } from "./errors.ts";
export type { Boot, LogMark, WindowSize } from "./logMarks.ts";
export type { Snapshot } from "./savedScreen.ts";
export type { AttachOptions, Viewer } from "./viewer.ts";
export type { CloseReason, ViewerEvent, ViewerPort, ViewerPresence, ViewerRole } from "./viewerPort.ts";
export { CATCH_UP_MAXIMUM_BYTES, VIEWER_WINDOW_BYTES } from "./viewerStream.ts";
