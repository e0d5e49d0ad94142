#!/usr/bin/env node
import { runCli } from "./cli.ts";

// The reader of our output may go before we are done (corral log … | head): that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), process);
