/** What a kernel says when it gives up, and what a terminal shows of somebody who logs in (getty, busybox, systemd). */
const PANIC = /Kernel panic - not syncing|Oops: |BUG: unable to handle/;
const LOGIN = /^[\w.-]{1,64} login: ([a-z_][a-z0-9_.-]{0,31})(?: \(automatic login\))?\s*$/i;

/** Words for a line that people look for on a timeline; null for all others. What a guest prints proves nothing. */
export const landmark = (line: string): string | null => {
  if (line.length > 1000) return null;
  if (PANIC.test(line)) return `panic ${line.trim()}`;
  const login = LOGIN.exec(line);
  return login === null ? null : `login ${login[1]}`;
};
