export {
  CommandLineError,
  type CommandLineSpec,
  type ConsoleArgument,
  type DiskArgument,
  type DiskFlags,
  diskArgument,
  type InterfaceArgument,
  interfaceArgument,
  kernelCommandLine,
} from "./commandLine.ts";
export {
  type CowCheck,
  type CowContent,
  CowError,
  type CowHeader,
  checkCow,
  checkOpenCow,
  cowFileBytes,
  createCow,
  fillCow,
  readCowHeader,
} from "./cow.ts";
export {
  type Ending,
  type EndingKind,
  lockedDisk,
  logsBoot,
  type ProcessExit,
  readEnding,
  rootMounted,
  userlandStarted,
} from "./ending.ts";
export { findKernels } from "./findKernels.ts";
export { type KernelAbilities, KernelProbeError, type ProbedKernel, type ProbeOptions, probeKernel } from "./kernel.ts";
export { inspectKernelFile } from "./kernelFile.ts";
export { KERNEL_PRELOAD } from "./kernelPreload.ts";
export { type CallOptions, MconsoleClient, type MconsoleClientOptions } from "./mconsole/client.ts";
export { socketsAreHardened } from "./mconsole/datagramSocket.ts";
export { MconsoleError, type MconsoleErrorCode } from "./mconsole/errors.ts";
export { whyForbidden } from "./mconsole/forbidden.ts";
export { NotificationListener, type NotificationListenerOptions } from "./mconsole/notifications.ts";
export type { Notification } from "./mconsole/protocol.ts";
export { mconsolePath, pidPath, readPid, UMID_PATTERN, umidFolder } from "./umid.ts";
export { fitsUnixPath, UNIX_PATH_MAXIMUM_BYTES } from "./unixPath.ts";
