import type { HostCheck } from "@corral/contracts";
import type { BuiltImage, DebianImageRequest, DemoImageRequest, ImageBuild, KernelFile } from "@corral/supervisor";

/** What the library has done on the host. All of it rejects with CorralError for what may be expected to fail. */
export interface HostTools {
  probeKernel(path: string): Promise<KernelFile>;
  /** Paths of kernels on PATH and in the usual folders, or in the folder given. */
  findKernels(folder?: string): Promise<readonly string[]>;
  buildDemoImage(request: DemoImageRequest, build: ImageBuild): Promise<BuiltImage>;
  buildDebianImage(request: DebianImageRequest, build: ImageBuild): Promise<BuiltImage>;
  /** Whether a file is there and can be a disk, by what it says of itself. */
  checkFile(path: string): Promise<void>;
  /** Copies a raw file and checks that it can be a disk. */
  registerFile(request: { readonly path: string }, build: ImageBuild): Promise<BuiltImage>;
  checkHost(): Promise<HostCheck[]>;
}
