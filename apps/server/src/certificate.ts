import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { CorralError, type HostCheck } from "@corral/contracts";
import type { EventLog } from "./events/eventLog.ts";

/** Certificate and key are looked at so often, at the price of reading two small files. */
const LOOK_EVERY_MS = 5_000;
/** So long before its end somebody should know that it has not been renewed: what renews by itself does it before. */
const SOON_MS = 14 * 24 * 3_600_000;

export interface Pem {
  readonly cert: string;
  readonly key: string;
}

interface CertificateOptions {
  /** The files' paths. */
  readonly files: Pem;
  readonly events: Pick<EventLog, "append">;
  readonly everyMs?: number;
}

/**
 * The server's certificate and its key, as they are on disk: a renewed one is taken up for new connections. What is broken,
 * or half written, changes nothing and is told.
 */
export class Certificate {
  readonly #files: Pem;
  readonly #events: Pick<EventLog, "append">;
  readonly #listeners = new Set<(pem: Pem) => void>();
  readonly #timer: NodeJS.Timeout;
  #pem: Pem;
  /** What was found there last, and why it cannot be used. */
  #seen: Pem;
  #problem: string | null = null;
  #isTold = false;

  /** Throws CorralError `host_unfit` when what is there now cannot be used. */
  constructor({ files, events, everyMs = LOOK_EVERY_MS }: CertificateOptions) {
    this.#files = files;
    this.#events = events;
    const pem = this.#read();
    const problem = typeof pem === "string" ? pem : this.#whyUnusable(pem);
    if (typeof pem === "string" || problem !== null) {
      throw new CorralError(
        "host_unfit",
        `The server cannot start with this certificate: ${problem}. Put the right files there, or name others in CORRAL_TLS_CERT and CORRAL_TLS_KEY.`,
      );
    }
    this.#pem = pem;
    this.#seen = pem;
    this.#timer = setInterval(() => this.#look(), everyMs).unref();
  }

  /** The one in use. */
  get pem(): Pem {
    return this.#pem;
  }

  /** `listener` is told of each one that is taken up. */
  onTaken(listener: (pem: Pem) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Looks now, since somebody asked for it: says what is wrong at once. A sentence for them. */
  readAgain(): string {
    this.#look();
    this.#tellProblem();
    if (this.#problem !== null)
      return `The certificate on disk cannot be used: ${this.#problem}. The one before stays in use.`;
    return `The certificate is good until ${this.#until.toISOString()}.`;
  }

  /** For whoever looks after the host. */
  check(now = Date.now()): HostCheck {
    const { subject } = new X509Certificate(this.#pem.cert);
    const name = { id: "certificate", title: "Certificate" };
    const left = this.#until.getTime() - now;
    const found = `The one in use (${subject.replaceAll("\n", ", ")}) ${left < 0 ? "ended" : "is good until"} ${this.#until.toISOString()}.`;
    if (this.#problem !== null) {
      return {
        ...name,
        status: "warning",
        found: `The files were changed and cannot be used: ${this.#problem}. ${found}`,
        meaning: "The certificate from before stays in use, and nobody notices until it ends.",
        remedy: "Put the right files there: they are taken up by themselves within seconds, or at once by SIGHUP.",
      };
    }
    if (left > SOON_MS) return { ...name, status: "ok", found, meaning: null, remedy: null };
    return {
      ...name,
      status: left < 0 ? "failure" : "warning",
      found,
      meaning: left < 0 ? "Browsers warn of this server, or refuse it." : "After that browsers warn of this server.",
      remedy: `Renew it: new files in the place of ${this.#files.cert} and ${this.#files.key} are taken up by themselves.`,
    };
  }

  get #until(): Date {
    return new Date(new X509Certificate(this.#pem.cert).validTo);
  }

  /** Certificate and key are two files, and for a moment they may not fit: what is wrong is told when it is so twice. */
  #look(): void {
    const pem = this.#read();
    if (typeof pem === "string") {
      const isKnown = this.#problem === pem;
      this.#problem = pem;
      if (isKnown) this.#tellProblem();
      else this.#isTold = false;
      return;
    }
    if (pem.cert === this.#seen.cert && pem.key === this.#seen.key) {
      // It was away, and is there again.
      if (this.#problem !== null) this.#problem = this.#whyUnusable(pem);
      this.#tellProblem();
      return;
    }
    this.#seen = pem;
    this.#isTold = false;
    this.#problem = this.#whyUnusable(pem);
    if (this.#problem === null && (pem.cert !== this.#pem.cert || pem.key !== this.#pem.key)) this.#take(pem);
  }

  #take(pem: Pem): void {
    this.#pem = pem;
    for (const listener of this.#listeners) listener(pem);
    const message = `A new certificate was taken up, which is good until ${this.#until.toISOString()}`;
    this.#events.append({ type: "certificate.taken", message, data: { until: this.#until.toISOString() } });
  }

  #tellProblem(): void {
    if (this.#problem === null || this.#isTold) return;
    this.#isTold = true;
    const message = `The certificate on disk cannot be used: ${this.#problem}. The one before stays in use.`;
    this.#events.append({ type: "certificate.refused", result: "failed", message });
  }

  /** What is there, or why it cannot be read. */
  #read(): Pem | string {
    try {
      return { cert: readFileSync(this.#files.cert, "utf8"), key: readFileSync(this.#files.key, "utf8") };
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      return `${path ?? this.#files.cert} cannot be read (${code})`;
    }
  }

  #whyUnusable({ cert, key }: Pem): string | null {
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(cert);
    } catch {
      return `${this.#files.cert} is no certificate in PEM form`;
    }
    try {
      if (!certificate.checkPrivateKey(createPrivateKey(key))) {
        return `${this.#files.key} is not the key of the certificate in ${this.#files.cert}`;
      }
    } catch {
      return `${this.#files.key} is no private key in PEM form, or one with a passphrase`;
    }
    try {
      createSecureContext({ cert, key });
      return null;
    } catch (error) {
      return `${this.#files.cert} and ${this.#files.key} cannot be used (${(error as Error).message})`;
    }
  }
}
