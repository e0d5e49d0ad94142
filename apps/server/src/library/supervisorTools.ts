import {
  buildDebianImage,
  buildDemoImage,
  checkFile,
  checkHost,
  findKernelFiles,
  probeKernelFile,
  registerFile,
} from "@corral/supervisor";
import type { HostTools } from "./hostTools.ts";

/** The real thing: everything is done by the supervisor, on this host. */
export const supervisorTools = (home: string): HostTools => ({
  probeKernel: probeKernelFile,
  findKernels: findKernelFiles,
  buildDemoImage,
  buildDebianImage,
  checkFile,
  registerFile,
  checkHost: () => checkHost(home),
});
