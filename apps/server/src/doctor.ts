import { CorralError } from "@corral/contracts";
import { inWords } from "./hostFacts.ts";
import { supervisorTools } from "./library/supervisorTools.ts";
import { readSettings } from "./settings.ts";

/* Looks at this host as the server does when it starts, and says what is wrong and how to mend it. Changes nothing. */

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  const { home } = readSettings(process.env, process.argv.slice(2));
  const checks = await supervisorTools(home).checkHost();
  for (const check of checks) say(inWords(check));
  if (checks.some(({ status }) => status === "failure")) process.exitCode = 1;
} catch (error) {
  say(error instanceof CorralError ? error.message : String(error));
  process.exitCode = 1;
}
