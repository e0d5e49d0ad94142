/** Where a console's bytes come from: the master side of a pty whose slave a guest holds. */
export interface ConsoleSource {
  /** Descriptor of the pty master. It belongs to the Console from `connect` on, which makes it non-blocking and closes it. */
  readonly fd: number;
  /** Sets the pty's window size (TIOCSWINSZ on the master). Must not throw. */
  resize(cols: number, rows: number): void;
  /**
   * Called once, after every byte has been read and logged: null when the last holder of the slave has closed it (EIO),
   * else the error that ended reading. Not called after `disconnect` or `dispose`.
   */
  onEnd?(error: Error | null): void;
}
