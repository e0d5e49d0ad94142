import { once } from "node:events";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { CorralError } from "@corral/contracts";
import { spawn } from "node-pty";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { Certificate, type Pem } from "./certificate.ts";
import { certificateFor, filesWith } from "./testing/certificate.ts";
import { MAIN, MainProcess, temporaryHome } from "./testing/mainProcess.ts";
import { TestServer } from "./testing/testServer.ts";

/** Only ever reached by a failure. */
const PATIENCE_MS = 40_000;

let first: Pem;
let second: Pem;
beforeAll(async () => {
  first = await certificateFor("first.example");
  second = await certificateFor("second.example");
});

/** Whose certificate a new connection is shown. */
const shownAt = async (port: number): Promise<string> => {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
};

const until = async (condition: () => Promise<boolean> | boolean): Promise<void> => {
  for (const deadline = Date.now() + PATIENCE_MS; !(await condition()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${condition}`);
  }
};

/** A certificate that is looked at all the time, and what it told. */
const watched = (pem: Pem) => {
  const files = filesWith(pem);
  const told: { type: string; message: string }[] = [];
  const certificate = new Certificate({ files, events: { append: (event) => void told.push(event) }, everyMs: 5 });
  onTestFinished(() => certificate.close());
  return { files, told, certificate };
};

test("a renewed certificate is taken up for new connections, and those that there are go on", async () => {
  const files = filesWith(first);
  const server = await TestServer.open({ tls: files, port: 7443 });
  const as = await server.user("ada", "admin");
  const port = await server.listen();
  const origin = `https://localhost:${port}`;
  const cookie = as.cookie.replace(/^corral-\d+/, "__Host-corral");
  const socket = new WebSocket(`${origin.replace("https", "wss")}/api/v1/events`, {
    rejectUnauthorized: false,
    headers: { origin, cookie },
  });
  const frames: string[] = [];
  socket.on("message", (data: Buffer) => frames.push(data.toString()));
  await once(socket, "open");
  expect(await shownAt(port)).toBe("first.example");

  writeFileSync(`${files.cert}.new`, second.cert);
  writeFileSync(`${files.key}.new`, second.key);
  renameSync(`${files.cert}.new`, files.cert);
  renameSync(`${files.key}.new`, files.key);
  expect(server.services.certificate?.readAgain()).toContain("is good until");
  expect(await shownAt(port)).toBe("second.example");
  // The feed of before tells it, over the connection that began with the first.
  await until(() => frames.some((frame) => frame.includes("certificate.taken")));
  expect((socket as unknown as { _socket: TLSSocket })._socket.getPeerCertificate().subject.CN).toBe("first.example");
  socket.terminate();
});

test("a certificate without its key, a torn file and none at all change nothing, and are told once each", async () => {
  const { files, told, certificate } = watched(first);
  const refusals = () => told.filter(({ type }) => type === "certificate.refused").map(({ message }) => message);
  writeFileSync(files.cert, second.cert);
  await until(() => refusals().length === 1);
  expect(refusals()[0]).toContain("is not the key of the certificate");
  writeFileSync(files.cert, second.cert.slice(0, 100));
  await until(() => refusals().length === 2);
  expect(refusals()[1]).toContain("is no certificate in PEM form");
  rmSync(files.cert);
  await until(() => refusals().length === 3);
  expect(refusals()[2]).toContain("cannot be read (ENOENT)");
  expect(certificate.check()).toMatchObject({ status: "warning", found: expect.stringContaining("cannot be used") });
  expect(certificate.pem).toEqual(first);

  writeFileSync(files.key, second.key);
  writeFileSync(files.cert, second.cert);
  await until(() => certificate.pem.cert === second.cert);
  expect(refusals()).toHaveLength(3);
  expect(certificate.check().status).toBe("warning");
  expect(certificate.check().found).toContain("second.example");
});

test("whoever looks after the host is told before it ends, and after", async () => {
  const { certificate } = watched(first);
  const day = 24 * 3_600_000;
  expect(certificate.check(Date.now() - 20 * day)).toMatchObject({ status: "ok", meaning: null });
  expect(certificate.check()).toMatchObject({ status: "warning", remedy: expect.stringContaining("Renew it") });
  expect(certificate.check(Date.now() + 2 * day)).toMatchObject({ status: "failure" });
});

test("a start with files that do not fit says which and what to do", () => {
  const files = filesWith({ cert: first.cert, key: second.key });
  const start = () => new Certificate({ files, events: { append: () => {} } });
  expect(start).toThrow(CorralError);
  expect(start).toThrow(/key.pem is not the key of the certificate.*CORRAL_TLS_CERT/);
});

test("SIGHUP has the server read its certificate again, and ends nothing", async () => {
  const files = filesWith(first);
  const server = new MainProcess({
    CORRAL_HOME: temporaryHome(),
    CORRAL_TLS_CERT: files.cert,
    CORRAL_TLS_KEY: files.key,
    CORRAL_SSH: "0",
  });
  const port = Number(new URL((await server.says(/https:\S+/)) as string).port);
  writeFileSync(files.cert, "half a cert");
  server.child.kill("SIGHUP");
  await server.says(/cannot be used: .*The one before stays in use/);
  expect(await shownAt(port)).toBe("first.example");
  writeFileSync(files.cert, second.cert);
  writeFileSync(files.key, second.key);
  server.child.kill("SIGHUP");
  await server.says(/The certificate is good until/);
  expect(await shownAt(port)).toBe("second.example");
  expect(await server.end("SIGTERM")).toBe(0);
});

test("SIGHUP stops the server when it means that the terminal was closed", async () => {
  const env = { ...process.env, CORRAL_HOME: temporaryHome(), CORRAL_PORT: "0", CORRAL_SSH: "0" };
  const terminal = spawn(process.execPath, ["--import", "tsx", "--conditions=source", MAIN], { env });
  let out = "";
  terminal.onData((data) => {
    out += data;
  });
  let hasEnded = false;
  terminal.onExit(() => {
    hasEnded = true;
  });
  onTestFinished(() => {
    if (!hasEnded) process.kill(terminal.pid, "SIGKILL");
  });
  await until(() => out.includes("Corral runs"));
  process.kill(terminal.pid, "SIGHUP");
  await until(() => out.includes("no certificate to be read again"));
  // The master is closed: the kernel hangs the terminal up.
  (terminal as unknown as { destroy(): void }).destroy();
  await until(() => hasEnded);
});
