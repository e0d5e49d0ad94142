import { createHmac } from "node:crypto";
import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { checkWebhookUrl, outwardLookup } from "./webhookAddress.ts";

const TIMEOUT_MS = 10_000;

export interface Delivery {
  readonly url: string;
  readonly internal: boolean;
  readonly secret: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** HMAC-SHA256 over the time and the body, so that a delivery that was caught cannot be sent again later. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;

/** Sends one signed request. Rejects unless it is answered with a 2xx; the answer itself is not read. */
export const postSigned = ({ url: text, internal, secret, body, signal }: Delivery): Promise<void> =>
  new Promise((resolve, reject) => {
    const url = checkWebhookUrl(text, internal);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const send = url.protocol === "https:" ? secure : plain;
    const request = send(url, {
      method: "POST",
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      ...(internal ? {} : { lookup: outwardLookup }),
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "Corral",
        "x-corral-timestamp": timestamp,
        "x-corral-signature": signatureOf(secret, timestamp, body),
      },
    });
    request.once("error", reject);
    request.once("response", (response) => {
      const { statusCode = 0 } = response;
      response.destroy();
      if (statusCode >= 200 && statusCode < 300) resolve();
      else reject(new Error(`it answered ${statusCode}`));
    });
    request.end(body);
  });
