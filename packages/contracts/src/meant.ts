/** Which of them an id or a name means: as the server, an id goes first. */
export const meantBy = <T extends { readonly id: string }>(
  items: readonly T[],
  idOrName: string | undefined,
  nameOf: (item: T) => string,
): T | undefined => items.find(({ id }) => id === idOrName) ?? items.find((item) => nameOf(item) === idOrName);
