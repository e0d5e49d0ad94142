import { SINGLE_SIGN_ON_PATH } from "./singleSignOn.ts";

/** The addresses of the page: the server answers each of them with it, and its router shows what is there. */
export const PAGES = {
  fleet: "/",
  login: "/login",
  singleSignOn: SINGLE_SIGN_ON_PATH,
  link: "/link",
  watch: "/watch",
  herd: "/herd",
  guest: "/guests/$id",
  consoles: "/consoles",
  images: "/images",
  kernels: "/kernels",
  activity: "/activity",
  people: "/people",
  account: "/account",
  seenBy: "/seen-by/$user",
  settings: "/settings",
} as const;
