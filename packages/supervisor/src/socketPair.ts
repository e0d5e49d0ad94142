import { closeSync, fstatSync } from "node:fs";
import { socketPair } from "./syscalls.ts";

/** Two connected stream sockets. Both are close-on-exec: a guest gets exactly those it is meant to have. */
export interface SocketPair {
  readonly ours: number;
  readonly guests: number;
  /** Inode of `ours`, by which an adopting server knows it again. */
  readonly inode: number;
}

export const openSocketPair = (): SocketPair => {
  const [ours, guests] = socketPair();
  return { ours, guests, inode: socketInode(ours) };
};

/** Throws when the descriptor is no socket. */
export const socketInode = (fd: number): number => {
  const facts = fstatSync(fd);
  if (!facts.isSocket()) throw new Error(`descriptor ${fd} is no socket`);
  return facts.ino;
};

export const closeSocketPair = (pair: SocketPair): void => {
  closeSync(pair.ours);
  closeSync(pair.guests);
};
