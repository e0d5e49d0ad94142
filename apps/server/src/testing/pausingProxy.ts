import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A network in between that can stop carrying anything, both ways, without closing a connection. */
export class PausingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isPaused = false;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.setNoDelay(true);
        if (this.#isPaused) from.pause();
        from.on("data", (bytes) => to.write(bytes));
        from.on("error", () => to.destroy());
        from.on("end", () => to.end());
        from.on("close", () => {
          this.#sockets.delete(from);
          if (!this.#isPaused) to.destroy();
        });
        if (this.#isPaused) from.pause();
      }
    });
  }

  static async before(target: number): Promise<PausingProxy> {
    const proxy = new PausingProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  pause(): void {
    this.#isPaused = true;
    for (const socket of this.#sockets) socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const socket of this.#sockets) socket.resume();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
