import type { Client, Guest } from "@corral/contracts";

/** What running guests say of themselves, for those that are on the screen. */
export class Vitals {
  readonly #client: Client;
  readonly #loads = new Map<string, string>();

  constructor(client: Client) {
    this.#client = client;
  }

  refresh(_guests: readonly Guest[]): void {
    void this.#client;
  }

  loadOf({ id }: Guest): string | null {
    return this.#loads.get(id) ?? null;
  }
}
