import { SINGLE_SIGN_ON_PATH } from "@corral/contracts";

/** What the provider sent the browser back with, taken out of the address bar and the history at once: it has a code. */
const take = (): string => {
  if (window.location.pathname !== SINGLE_SIGN_ON_PATH) return "";
  const query = window.location.search.slice(1);
  if (query !== "") window.history.replaceState(window.history.state, "", window.location.pathname);
  return query;
};

export const singleSignOnAnswer = take();
