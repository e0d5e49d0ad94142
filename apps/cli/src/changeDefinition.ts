import { createInterface } from "node:readline/promises";
import { type Client, CorralError, type Guest, type GuestChanges, printable } from "@corral/contracts";
import type { Surroundings } from "./command.ts";

export interface DefinitionChange {
  readonly id: string;
  readonly changes: GuestChanges;
  /** The revision that whoever changes it has seen. */
  readonly revision: number | undefined;
}

/**
 * Changes a definition. Where somebody else has changed it meanwhile, says who changed what, and asks at a terminal
 * whether to go on. Rejects with CorralError changed_meanwhile where nobody can be asked, or does not want to.
 */
export const changeDefinition = async (
  client: Client,
  { id, changes, revision }: DefinitionChange,
  { stdin, stderr }: Pick<Surroundings, "stdin" | "stderr">,
): Promise<Guest> => {
  const params = { id };
  try {
    return await client.changeGuest({ params, body: changes }, revision === undefined ? {} : { ifRevision: revision });
  } catch (error) {
    if (!(error instanceof CorralError) || error.code !== "changed_meanwhile" || !stdin.isTTY) throw error;
    stderr.write(`corral: ${printable(error.message)}\n`);
    const now = await client.getGuest({ params });
    const question = `Save your ${Object.keys(changes).join(", ")} on top of that? [y/N] `;
    const prompt = createInterface({ input: stdin, output: stderr });
    const answer = await prompt.question(question).finally(() => prompt.close());
    if (!/^y(es)?$/i.test(answer.trim())) throw error;
    return changeDefinition(client, { id, changes, revision: now.revision }, { stdin, stderr });
  }
};
