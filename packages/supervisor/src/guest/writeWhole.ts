import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a small file whole or not at all: beside its place, and renamed. That is enough to outlast this process;
 * `durable` also outlasts the host's power, and costs two waits for the disk. Synchronous, since what follows must not
 * begin before. Throws as the file system does.
 */
export const writeWhole = (path: string, text: string, { durable }: { readonly durable: boolean }): void => {
  const beside = `${path}.new`;
  try {
    const file = openSync(beside, "w", 0o600);
    try {
      writeFileSync(file, text);
      if (durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  if (durable) syncFolder(dirname(path));
};

const syncFolder = (path: string): void => {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};
