import { statSync, writeFileSync } from "node:fs";
import { CorralError, type HostCheck, type Image, impossible, type KernelAbilities } from "@corral/contracts";
import type { BuiltImage, DebianImageRequest, ImageBuild } from "@corral/supervisor";
import type { HostTools } from "../library/hostTools.ts";

/*
 * Stands for the builders of images and the prober of kernels where a test is about what the server does around them: a
 * real build cannot be made to fail, hang or end at a chosen moment. What they really do is tested where they are.
 */

export const ABILITIES: KernelAbilities = {
  ubd: true,
  hostfs: true,
  mconsole: true,
  watchdog: true,
  channels: ["fd", "null", "none", "port", "tty", "xterm"],
  ethTransports: [],
  vector: true,
  seccomp: false,
  rootFileSystems: ["ext4"],
};

export class TestTools implements HostTools {
  /** What a build does beside making a small file. */
  build: (build: ImageBuild) => Promise<void> = async () => {};
  readonly kernels = new Map([["/usr/bin/linux.uml", "6.1.176"]]);

  async probeKernel(path: string) {
    const version = this.kernels.get(path);
    if (version === undefined) throw new CorralError("impossible", `path: ${path} is not a UML kernel`);
    return { version, abilities: ABILITIES, modules: null };
  }

  async findKernels() {
    return [...this.kernels.keys()];
  }

  buildDemoImage(_request: unknown, build: ImageBuild): Promise<BuiltImage> {
    return this.#make({ kind: "demo" }, build);
  }

  buildDebianImage({ suite, packages, hostname }: DebianImageRequest, build: ImageBuild): Promise<BuiltImage> {
    return this.#make({ kind: "debian", suite, packages, hostname }, build);
  }

  async checkFile(path: string): Promise<void> {
    if (path.includes("missing")) throw impossible("path", "there is no such file on the host.");
  }

  registerFile({ path }: { path: string }, build: ImageBuild): Promise<BuiltImage> {
    return this.#make({ kind: "file", path }, build);
  }

  async checkHost(): Promise<HostCheck[]> {
    return [{ id: "kernel", title: "Kernel", status: "ok", found: "found", meaning: null, remedy: null }];
  }

  async #make(origin: Image["origin"], build: ImageBuild): Promise<BuiltImage> {
    build.onProgress(0.5, "making it");
    build.onOutput("making it\n");
    await this.build(build);
    writeFileSync(build.file, "an image");
    const { size, mtimeMs } = statSync(build.file);
    const facts = { sizeBytes: size, diskBytes: size, mtimeS: Math.floor(mtimeMs / 1000), sha256: "0".repeat(64) };
    return { origin, login: { user: "root", password: null, note: "" }, facts };
  }
}
