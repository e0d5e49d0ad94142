import { expect, it } from "vitest";
import { findKernelFiles, probeKernelFile } from "./kernelFiles.ts";

it("finds the host's kernel and says what it can do and where its modules are", async () => {
  expect(await findKernelFiles()).toContain("/usr/bin/linux.uml");
  const kernel = await probeKernelFile("/usr/bin/linux.uml");
  expect(kernel.version).toMatch(/^\d+\.\d+/);
  expect(kernel.abilities).toMatchObject({ ubd: true, hostfs: true, mconsole: true });
  expect(kernel.abilities.rootFileSystems).toContain("ext4");
  expect(kernel.modules).toBe(`/usr/lib/uml/modules/${kernel.version}`);
});

it.each(["/bin/true", "/etc/passwd", "/nowhere", "/"])("refuses %s, naming the field", async (path) => {
  await expect(probeKernelFile(path)).rejects.toMatchObject({ code: "impossible", details: [{ field: "path" }] });
});
