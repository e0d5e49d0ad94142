import type { Me, User } from "@corral/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { addressOf } from "../people/address.ts";
import { setSessionCookie } from "../people/sessionCookie.ts";
import type { Services } from "../services.ts";

/** Logs in somebody who has proved who they are, by whichever way that was. */
export const openSession = (
  { sessions, events }: Pick<Services, "sessions" | "events">,
  user: User,
  way: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Me => {
  const from = addressOf(request);
  const { secret } = sessions.open(user, from);
  setSessionCookie(request, reply, secret);
  const message = `${user.name} logged in by ${way} from ${from}`;
  events.append({ type: "session.opened", actor: user.name, by: "session", from, subject: user.id, message });
  return { user, by: "session" };
};
