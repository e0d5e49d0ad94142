import { CorralError, name, type User } from "@corral/contracts";
import { ifWritable, type Store } from "@corral/store";
import type { AuthContext, AuthenticationType, KeyboardAuthContext, PublicKeyAuthContext } from "ssh2";
import ssh2 from "ssh2";
import type { PasswordLogins } from "../people/passwordLogins.ts";

/** What one connection may try before it is ended: mistyping, and an agent with many keys. */
const PASSWORDS_MAXIMUM = 6;
const KEYS_MAXIMUM = 20;

const METHODS: AuthenticationType[] = ["publickey", "keyboard-interactive", "password"];

/** What somebody is told whose password was right, and who has passkeys alone. */
const PASSKEY_ONLY =
  "Your second factor is a passkey, which ssh cannot ask for. Log in with an ssh key: add one to your account in the browser.";

export interface SshIdentity {
  readonly user: User;
  /** Id of the key; null: a password. */
  readonly keyId: string | null;
  /** In words for people. */
  readonly way: string;
}

interface SshAuthenticationOptions {
  readonly store: Store;
  readonly passwordLogins: PasswordLogins;
  readonly from: string;
  readonly network: string;
  readonly onIdentified: (identity: SshIdentity) => void;
  /** It has tried too often. */
  readonly giveUp: () => void;
}

/** Finds out who one connection is: by a key of theirs, or by name and password with the second factor, if they have one. */
export class SshAuthentication {
  readonly #options: SshAuthenticationOptions;
  #passwords = 0;
  #keys = 0;

  constructor(options: SshAuthenticationOptions) {
    this.#options = options;
  }

  /** Keys that were offered and not taken: nothing else of such a connection is told anywhere. */
  get refusedKeys(): number {
    return this.#keys;
  }

  /** Never throws and never rejects. */
  async attempt(context: AuthContext, account: string): Promise<void> {
    try {
      if (context.method === "publickey") this.#withKey(context, account);
      else if (context.method === "password") await this.#withPassword(context, account, context.password, null);
      else if (context.method === "keyboard-interactive") await this.#withQuestions(context, account);
      else context.reject(METHODS);
    } catch {
      context.reject(METHODS);
    }
  }

  #withKey(context: PublicKeyAuthContext, account: string): void {
    const { key, signature, blob, hashAlgo } = context;
    if (signature === undefined) this.#keys += 1;
    if (this.#keys > KEYS_MAXIMUM) {
      this.#options.giveUp();
      return;
    }
    const user = this.#userNamed(account);
    const encoded = key.data.toString("base64");
    const row = user === null ? null : this.#options.store.sshKeys.find(user.id, key.algo, encoded);
    // SHA-1, the old hash of RSA signatures, can be forged.
    const isWeak = key.algo === "ssh-rsa" && hashAlgo === undefined;
    if (user === null || row === null || isWeak) throw new CorralError("login_failed", "This key is nobody's here.");
    // A first question whether this key would do.
    if (signature === undefined || blob === undefined) {
      context.accept();
      return;
    }
    const parsed = ssh2.utils.parseKey(`${row.type} ${row.blob}`);
    if (parsed instanceof Error || parsed.verify(blob, signature, hashAlgo) !== true) {
      throw new CorralError("login_failed", "The signature is not this key's.");
    }
    ifWritable(() => this.#options.store.sshKeys.touch(row.id, new Date().toISOString()));
    this.#options.onIdentified({ user, keyId: row.id, way: `ssh key ${row.label}` });
    context.accept();
  }

  async #withPassword(
    context: AuthContext,
    account: string,
    password: string,
    secondFactor: string | null,
  ): Promise<void> {
    this.#passwords += 1;
    if (this.#passwords > PASSWORDS_MAXIMUM) {
      this.#options.giveUp();
      return;
    }
    const user = await this.#checked(account, password, secondFactor);
    this.#options.onIdentified({ user, keyId: null, way: "ssh and password" });
    context.accept();
  }

  async #withQuestions(context: KeyboardAuthContext, account: string): Promise<void> {
    const password = await answer(context, "Password: ");
    try {
      await this.#withPassword(context, account, password, null);
    } catch (error) {
      if (!(error instanceof CorralError)) throw error;
      if (error.code === "second_factor_needed") {
        if (!takesCode(error)) {
          await tell(context, PASSKEY_ONLY);
          throw error;
        }
        await this.#withPassword(context, account, password, await answer(context, "Code of your second factor: "));
        return;
      }
      if (error.code === "too_many_requests") await tell(context, error.message);
      throw error;
    }
  }

  #checked(account: string, password: string, secondFactor: string | null): Promise<User> {
    const { passwordLogins, from, network } = this.#options;
    if (!name.safeParse(account).success) {
      throw new CorralError("login_failed", "Name or password is wrong.");
    }
    return passwordLogins.verifyPassword(account, password, secondFactor, { by: "ssh", from, network });
  }

  #userNamed(account: string): User | null {
    const user = name.safeParse(account).success ? this.#options.store.users.find(account) : null;
    return user?.name === account && user.disabledAt === null ? user : null;
  }
}

const takesCode = ({ details = [] }: CorralError): boolean => details.some(({ field }) => field === "code");

/** Asks one question. Rejects when the client has gone on to something else. */
const answer = (context: KeyboardAuthContext, prompt: string): Promise<string> =>
  new Promise((resolve, reject) => {
    context.once("abort", () => reject(new Error("aborted")));
    context.prompt([{ prompt, echo: false }], ([first]) => resolve(String(first ?? "")));
  });

const tell = (context: KeyboardAuthContext, words: string): Promise<void> =>
  new Promise((resolve) => {
    context.once("abort", () => resolve());
    context.prompt([], "", words, () => resolve());
  });
