import type { IncomingMessage } from "node:http";
import { CLOSE, CorralError, errorAnswer } from "@corral/contracts";
import { CommandError, EXIT } from "./exitCodes.ts";

/** A server that takes the connection but says nothing for so long is as good as gone. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Largest error answer that is read. */
const ERROR_ANSWER_MAXIMUM_BYTES = 64 * 1024;

/** The server answered a WebSocket's request with an error of its own, or undefined: with something else. */
export const errorOfResponse = async (response: IncomingMessage): Promise<CorralError | undefined> => {
  let text = "";
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > ERROR_ANSWER_MAXIMUM_BYTES) break;
  }
  try {
    const answer = errorAnswer.parse(JSON.parse(text)).error;
    return new CorralError(answer.code, answer.message, answer.details);
  } catch {
    return undefined;
  }
};

/** Why a socket was closed; undefined: for nothing that would not be better at the next attempt. */
export const errorOfClose = (code: number, reason: string): CommandError | undefined => {
  switch (code) {
    case CLOSE.notLoggedIn:
    case CLOSE.notAllowed:
      return new CommandError(EXIT.notAllowed, reason || "You may not do this with this guest.");
    case CLOSE.notFound:
    case CLOSE.guestDeleted:
      return new CommandError(EXIT.notFound, reason || "It does not exist any more.");
    case CLOSE.badFrame:
    case CLOSE.attachTimeout:
    case CLOSE.tooManyViewers:
      return new CommandError(EXIT.failure, reason || `The server closed the connection (code ${code}).`);
    default:
      return undefined;
  }
};
