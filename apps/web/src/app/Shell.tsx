import { Outlet, useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { OperationsProvider } from "../guest/operations.tsx";
import { FeedProvider } from "./feed.tsx";
import { useLeaveOnLogout } from "./loginGuard.ts";
import { BottomBar, Rail, usePlaces } from "./Rail.tsx";
import { type ShellDialog, ShellDialogs } from "./shellDialogs.ts";
import { isPaletteKey, useShortcuts } from "./shortcuts.ts";

const Palette = lazy(() => import("./Palette.tsx"));
const ShortcutsDialog = lazy(() => import("./ShortcutsDialog.tsx"));
const NewGuestDialog = lazy(() => import("../definition/NewGuestDialog.tsx"));

/** The frame around every page that needs a login: rail, palette, dialogs that open from anywhere. */
export const Shell = () => {
  const [dialog, setDialog] = useState<ShellDialog>();
  const close = useCallback(() => setDialog(undefined), []);
  const navigate = useNavigate();
  const bare = useSearch({ strict: false, select: ({ only }) => only !== undefined });
  const places = usePlaces();
  useLeaveOnLogout();

  useShortcuts({
    "?": () => setDialog("shortcuts"),
    n: () => setDialog("new-guest"),
    ...Object.fromEntries(places.map(({ keys, place }) => [keys, () => void navigate(place)])),
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isPaletteKey(event) || event.defaultPrevented) return;
      event.preventDefault();
      setDialog("palette");
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  return (
    <FeedProvider>
      <OperationsProvider>
        <ShellDialogs value={setDialog}>
          <a
            href="#content"
            className="sr-only z-60 rounded-md bg-inverse px-3 py-2 text-on-inverse focus:not-sr-only focus:absolute focus:left-2 focus:top-2"
          >
            Skip to content
          </a>
          <div className="flex h-dvh flex-col sm:flex-row">
            {!bare && <Rail onPalette={() => setDialog("palette")} />}
            <Content />
            {!bare && <BottomBar />}
          </div>
          <Suspense>
            {dialog === "palette" && <Palette onClose={close} />}
            {dialog === "shortcuts" && <ShortcutsDialog onClose={close} />}
            {dialog === "new-guest" && <NewGuestDialog onClose={close} />}
          </Suspense>
        </ShellDialogs>
      </OperationsProvider>
    </FeedProvider>
  );
};

/** The frame while it is asked who is there. */
export const ShellSkeleton = () => (
  <div role="status" aria-busy="true" aria-label="Corral is being loaded" className="flex h-dvh flex-col sm:flex-row">
    <div className="hidden w-(--rail) shrink-0 border-r border-line bg-surface sm:block min-[1680px]:w-44" />
    <div className="flex-1">
      <div className="flex h-(--header) items-center border-b border-line px-5">
        <div className="skeleton h-4 w-24" />
      </div>
    </div>
    <div className="h-13 border-t border-line bg-surface sm:hidden" />
  </div>
);

/** After navigation the focus goes to the new page, not to the top of the document. */
const Content = () => {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <main id="content" ref={main} tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
      <Outlet />
    </main>
  );
};
