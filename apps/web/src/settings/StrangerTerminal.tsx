import type { Stranger } from "@corral/contracts";
import { type CSSProperties, useRef } from "react";
import { toast } from "sonner";
import { socketUrl } from "../api/client.ts";
import { isLost } from "../api/ReconnectingSocket.ts";
import { useDark } from "../app/theme.ts";
import { usePreferences } from "../console/preferences.ts";
import { terminalTheme } from "../console/terminalThemes.ts";
import { useConsole } from "../console/useConsole.ts";

const nothing = (): void => {};
const refusePaste = (): void => {
  toast.error("That is too much to paste here. Put it into a file.");
};

/** A pts has no way to tell its guest of a size; a port has telnet's. */
const SIZE_OF_PTS = "Its window keeps its size: in the guest, stty rows and cols set it.";
const SIZE_OF_PORT = "Its window follows this one. A minute or two after you leave, the guest hangs it up.";

/** A stranger's console that was opened, for as long as it is shown. */
const StrangerTerminal = ({ stranger, name, channel }: { stranger: Stranger; name: string; channel: string }) => {
  const host = useRef<HTMLDivElement>(null);
  const { status } = useConsole(host, socketUrl(`/strangers/${stranger.id}/consoles/${name}/attach`), {
    onLargePaste: refusePaste,
    onLeave: nothing,
    onFind: nothing,
  });
  const background = terminalTheme(usePreferences().theme, useDark()).background;
  const connection = status?.connection;
  return (
    <>
      <section
        aria-label={`Console ${name}`}
        data-attached={status?.attached ?? false}
        style={{ "--terminal": background } as CSSProperties}
        className="relative h-96 overflow-hidden bg-terminal py-2 pl-3"
      >
        <div ref={host} className="letterboxed h-full" />
      </section>
      <p role="status" className="mt-1 h-4 truncate text-small text-faint">
        {connection?.kind === "closed"
          ? connection.reason
          : connection !== undefined && isLost(connection)
            ? "The connection is lost. Trying again."
            : (status?.notice ?? (channel.startsWith("port:") ? SIZE_OF_PORT : SIZE_OF_PTS))}
      </p>
    </>
  );
};

export default StrangerTerminal;
