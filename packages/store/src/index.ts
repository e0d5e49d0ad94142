export type { EventFilter, EventRecord, NewEvent } from "./events.ts";
export type { GuestLinks, GuestRecord } from "./guests.ts";
export type { ImageRow } from "./images.ts";
export type { KernelRow } from "./kernels.ts";
export { newId } from "./newId.ts";
export type { SessionRow } from "./sessions.ts";
export { openStore, type Store } from "./store.ts";
export type { TaskRecord } from "./tasks.ts";
export type { TokenRow } from "./tokens.ts";
