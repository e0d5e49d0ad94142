import { PAGES, pagePath } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { notFound, redirect, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { isCode } from "../api/errors.ts";
import { meQuery } from "../api/queries.ts";
import { paths } from "./paths.ts";
import { queryClient } from "./queryClient.ts";

/* Who may see which page, and the way over the login back to the page that was wanted. The server judges by itself. */

/** For pages that need a login: to the login page, and back here from there. */
export const requireLogin = async ({ location }: { location: { href: string } }): Promise<void> => {
  try {
    await queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (isCode(error, "not_logged_in")) throw redirect(loginFor(location.href));
    throw error;
  }
};

/** For pages that are nothing to anybody but an admin. */
export const requireAdmin = async (): Promise<void> => {
  const { user } = await queryClient.ensureQueryData(meQuery);
  if (user.role !== "admin") throw notFound();
};

/** Whoever logs out leaves the whole page, and is not led to where they could come back to it. */
let isLeaving = false;
export const setLeaving = (leaving: boolean): void => {
  isLeaving = leaving;
};

/** For as long as such a page is shown. */
export const useLeaveOnLogout = (): void => {
  const { error } = useQuery(meQuery);
  const navigate = useNavigate();
  const { href, pathname } = useLocation();
  useEffect(() => {
    // On its way already: the address changes before this page is gone.
    if (isCode(error, "not_logged_in") && !isLeaving && pathname !== PAGES.login) void navigate(loginFor(href));
  }, [error, navigate, href, pathname]);
};

/** The page to go to after the login. Only one of this server's, lest a link lead a person elsewhere when they log in. */
export const wantedPage = ({ to }: Record<string, unknown>): { to?: string | undefined } => ({
  // Said to be nothing where it is no good: the router passes on as it is what is not said.
  to: beyondLogin(pagePath.safeParse(to).data),
});

/** The login page leads nowhere but on: wanted is what lies behind it, however often it was led to. */
const beyondLogin = (path: string | undefined): string | undefined => {
  if (path === undefined) return undefined;
  const { pathname, searchParams } = new URL(path, window.location.origin);
  if (pathname === PAGES.login) return wantedPage({ to: searchParams.get("to") }).to;
  return path === PAGES.fleet ? undefined : path;
};

const loginFor = (href: string) => paths.login(wantedPage({ to: href }).to);
