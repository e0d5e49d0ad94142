import { type Guest, isKept } from "@corral/contracts";

/** The consoles of a guest that the page can show: those that are there, and those that come with its next start. */
export const consoleNames = ({ definition, consoles }: Guest): string[] => {
  const attachable = consoles.filter((each) => each.attachable).map(({ name }) => name);
  const defined = definition.consoles.filter(isKept).map(({ name }) => name);
  return [...new Set([...attachable, ...defined])];
};
