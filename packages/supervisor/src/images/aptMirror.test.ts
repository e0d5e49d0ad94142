import { describe, expect, it } from "vitest";
import { parseMirror, sourcesList, withoutCredentials } from "./aptMirror.ts";

const TARGETS = `http://one.example/other/ bookworm Somebody
http://mirror.example/debian/ bookworm Debian
http://mirror.example/debian/ bookworm-updates Debian
http://security.example/debian-security/ bookworm-security Debian
`;

describe("the mirror of the host's apt", () => {
  it("is the first one of Debian's, whatever suite the host itself is", () => {
    const mirror = parseMirror(TARGETS, "");
    expect(sourcesList(mirror, "trixie")).toBe(
      "deb http://mirror.example/debian/ trixie main\n" +
        "deb http://mirror.example/debian/ trixie-updates main\n" +
        "deb http://security.example/debian-security/ trixie-security main\n",
    );
    expect(sourcesList(mirror, "sid")).toBe("deb http://mirror.example/debian/ sid main\n");
  });

  it("is known before the first apt-get update, when origins are not", () => {
    expect(parseMirror("http://mirror.example/debian/ stable $(ORIGIN)\n", "").main).toBe(
      "http://mirror.example/debian/",
    );
  });

  it("is refused where there is none, or where its address could mean more than an address", () => {
    for (const targets of ["", "http://u.example/ubuntu/ noble Ubuntu\n", "http://a.example/$(id) bookworm Debian\n"]) {
      expect(() => parseMirror(targets, "")).toThrow(expect.objectContaining({ code: "host_unfit" }));
    }
  });

  it("is reached as the host's apt reaches it, and by nothing else of its configuration", () => {
    const dump =
      'APT::Architecture "amd64";\nAcquire::http::Proxy "http://proxy.example:3128";\nDPkg::Post-Invoke:: "rm";\n';
    expect(parseMirror(TARGETS, dump).configuration).toBe('Acquire::http::Proxy "http://proxy.example:3128";');
  });

  it("shows no password of its own", () => {
    expect(withoutCredentials("Get https://me:secret@mirror.example/debian")).toBe("Get https://mirror.example/debian");
  });
});
