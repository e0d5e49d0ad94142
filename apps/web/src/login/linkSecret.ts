/**
 * The secret of a one-time link, from the address's fragment. It is taken out of the address bar and the history at
 * once, so that it is on no screen and in no bookmark; a reload of the page has lost it.
 */
const take = (): string => {
  const secret = window.location.hash.slice(1);
  if (secret !== "") window.history.replaceState(window.history.state, "", window.location.pathname);
  return secret;
};

export const linkSecret = take();
