import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  Activity,
  CircleUser,
  Cpu,
  GalleryThumbnails,
  HardDrive,
  LayoutGrid,
  LogOut,
  type LucideIcon,
  Rows3,
  Search,
  Settings,
  Users,
} from "lucide-react";
import { meQuery } from "../api/queries.ts";
import { LiveIndicator } from "./LiveIndicator.tsx";
import { Mark } from "./Mark.tsx";
import { paths } from "./paths.ts";
import { MOD } from "./shortcuts.ts";
import { useLogOut } from "./useLogOut.ts";

type Place = ReturnType<
  (typeof paths)["fleet" | "herd" | "consoles" | "images" | "kernels" | "activity" | "people" | "account" | "settings"]
>;

interface PlaceItem {
  readonly place: Place;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly keys: string;
}

const ACCOUNT: PlaceItem = { place: paths.account(), label: "Account", icon: CircleUser, keys: "g u" };

const PLACES: readonly PlaceItem[] = [
  { place: paths.fleet(), label: "Fleet", icon: Rows3, keys: "g f" },
  { place: paths.herd(), label: "Herd", icon: GalleryThumbnails, keys: "g h" },
  { place: paths.consoles(), label: "Consoles", icon: LayoutGrid, keys: "g c" },
  { place: paths.images(), label: "Images", icon: HardDrive, keys: "g i" },
  { place: paths.kernels(), label: "Kernels", icon: Cpu, keys: "g k" },
  { place: paths.activity(), label: "Activity", icon: Activity, keys: "g a" },
  { place: paths.people(), label: "People", icon: Users, keys: "g p" },
  ACCOUNT,
  { place: paths.settings(), label: "Settings", icon: Settings, keys: "g s" },
];

/** What somebody sees who has a few guests of their own. */
const USER_PLACES: readonly PlaceItem[] = [
  { place: paths.fleet(), label: "My guests", icon: Rows3, keys: "g f" },
  { place: paths.consoles(), label: "Consoles", icon: LayoutGrid, keys: "g c" },
  { place: paths.activity(), label: "History", icon: Activity, keys: "g a" },
  ACCOUNT,
  { place: paths.settings(), label: "Settings", icon: Settings, keys: "g s" },
];

/** The pages that are for whoever is logged in. */
export const usePlaces = (): readonly PlaceItem[] => {
  const role = useQuery(meQuery).data?.user.role ?? "user";
  if (role === "user") return USER_PLACES;
  return role === "admin" ? PLACES : PLACES.filter(({ label }) => label !== "People");
};

const item =
  "flex h-8 items-center gap-3 overflow-hidden whitespace-nowrap rounded-md px-2.5 text-muted hover:bg-hover hover:text-ink";

/**
 * Icons; their labels come out over the page when a pointer or the focus is inside, so that the page does not move.
 * Where there is room, the labels are always there.
 */
export const Rail = ({ onPalette }: { onPalette: () => void }) => (
  <nav aria-label="Main" className="group/rail relative hidden w-(--rail) shrink-0 sm:block min-[1680px]:w-44">
    <div className="rail absolute inset-y-0 left-0 z-30 flex flex-col gap-0.5 border-r border-line bg-surface px-[7px] pb-2">
      <Link {...paths.fleet()} className="flex h-(--header) items-center gap-2.5 overflow-hidden px-2 font-semibold">
        <span className="shrink-0">
          <Mark />
        </span>
        <span className="rail-label text-title">Corral</span>
      </Link>
      <button type="button" onClick={onPalette} className={`${item} mb-1 w-full`} aria-label="Search and commands">
        <Search aria-hidden size={16} className="shrink-0" />
        <span className="rail-label flex-1 text-left">Search</span>
        <span className="rail-label text-small text-faint">{MOD} K</span>
      </button>
      {usePlaces().map(({ place, label, icon: Icon }) => (
        <Link
          key={label}
          {...place}
          activeOptions={{ exact: place.to === "/", includeSearch: false }}
          className={item}
          activeProps={{ className: "bg-selected text-ink!", "aria-current": "page" }}
        >
          <Icon aria-hidden size={16} className="shrink-0" />
          <span className="rail-label">{label}</span>
        </Link>
      ))}
      <div className="flex-1" />
      <LiveIndicator />
      <Account />
    </div>
  </nav>
);

const Account = () => {
  const me = useQuery(meQuery);
  const logOut = useLogOut();
  return (
    <button
      type="button"
      onClick={() => void logOut()}
      className={`${item} w-full`}
      aria-label={`Log out ${me.data?.user.name ?? ""}`}
    >
      <LogOut aria-hidden size={16} className="shrink-0" />
      <span className="rail-label min-w-0 flex-1 truncate text-left">Log out {me.data?.user.name}</span>
    </button>
  );
};

/** The same places at the bottom edge of a phone, where a thumb reaches. */
export const BottomBar = () => (
  <nav
    aria-label="Main"
    className="flex shrink-0 overflow-x-auto border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"
  >
    {usePlaces().map(({ place, label, icon: Icon }) => (
      <Link
        key={label}
        {...place}
        activeOptions={{ exact: place.to === "/", includeSearch: false }}
        className="flex h-13 min-w-15 flex-1 flex-col items-center justify-center gap-0.5 text-tiny text-muted"
        activeProps={{ className: "text-ink! font-medium", "aria-current": "page" }}
      >
        <Icon aria-hidden size={18} />
        {label}
      </Link>
    ))}
  </nav>
);
