// Mail from outside that reaches a mailbox, and what the servers know of who sent it.
import assert from "node:assert/strict";
import type { Result } from "../lab/command";
import { type Host, type Lab, type MachineName, sharedAddress, until } from "../lab/lab";
import { deployed } from "./deployed";
import { configure, webHosts } from "./servers/install";

/** The client's own addresses, by the shared address that it connects to. */
const clients = { ipv4: "198.51.100.3", ipv6: "2001:db8:51::3" } as const;
const ports = { smtp: 25, submission: 587 } as const;

interface Sending {
  /** @default 25 */
  readonly port?: number;
  /** @default "ipv4" */
  readonly family?: keyof typeof sharedAddress;
  /** @default a mailbox of the servers */
  readonly to?: string;
}

/** @param installed resolves when the server's package is there */
export function mail(lab: () => Lab, installed: () => Promise<void>): void {
  const pair = deployed(lab, "mail", async (ready) => {
    await installed();
    await Promise.all(webHosts(ready).map((server) => configure(server, "postfix.sh")));
    return { mailServers: webHosts(ready).map(({ privateAddress }) => privateAddress) };
  });

  for (const [family, client] of Object.entries(clients) as [keyof typeof clients, string][]) {
    for (const [service, port] of Object.entries(ports)) {
      it(`delivers mail by ${service} and ${family}, and the server knows whom it is from`, async () => {
        const subject = `${service} by ${family}`;
        await mustSend(subject, { port, family });
        const { server, message } = await delivered(subject);
        assert.match(
          message,
          new RegExp(`^Received: from client\\.example\\.org \\(\\S+ \\[(IPv6:)?${client}\\]\\)`, "m"),
        );
        const log = await logOf(server, service === "smtp" ? "postfix/smtpd" : "postfix/submission/smtpd");
        assert.match(log, new RegExp(`: client=\\S+\\[${client}\\]`));
      });
    }
  }

  it("takes no stranger for its own network, which may relay", async () => {
    const { code, stderr } = await send("for somebody else", { to: "somebody@elsewhere.example" });
    assert.notEqual(code, 0);
    assert.match(stderr, /\b454\b/);
  });

  it("goes on with one server, and takes the other one back", async () => {
    const [stopped, other] = webHosts(lab());
    await stopped.must("systemctl stop postfix");
    await mustSend("just after");
    assert.equal((await delivered("just after")).server, other);
    await until("the check to notice", () => logged(/Server smtp\/smtp-1 is DOWN/), 60_000, 200);
    await mustSend("a while after");
    assert.equal((await delivered("a while after")).server, other);

    await stopped.must("systemctl start postfix");
    await until("the check to notice", () => logged(/Server smtp\/smtp-1 is UP/), 60_000, 200);
    const servers = new Set<Host<MachineName>>();
    for (const subject of ["back, first", "back, second"]) {
      await mustSend(subject);
      servers.add((await delivered(subject)).server);
    }
    assert.equal(servers.size, 2);
  });

  function send(subject: string, sending: Sending = {}): Promise<Result> {
    const { port = ports.smtp, family = "ipv4", to = "admin@example.com" } = sending;
    const address = family === "ipv6" ? `[${sharedAddress.ipv6}]` : sharedAddress.ipv4;
    const letter = `From: alice@example.org\r\nTo: ${to}\r\nSubject: ${subject}\r\n\r\nHello\r\n`;
    const envelope = ["--mail-from", "alice@example.org", "--mail-rcpt", to, "--upload-file", "-"];
    // The path is what curl calls itself in its EHLO.
    const url = `smtp://${address}:${port}/client.example.org`;
    const quiet = ["--silent", "--show-error", "--globoff", "--max-time", "20"];
    return lab().client.run("curl", [...quiet, ...envelope, url], { input: letter });
  }

  async function mustSend(subject: string, sending?: Sending): Promise<void> {
    const { code, stderr } = await send(subject, sending);
    assert.equal(code, 0, stderr);
  }

  /** The message of this subject, once it is in the mailbox of one of the servers. */
  function delivered(subject: string): Promise<{ readonly server: Host<MachineName>; readonly message: string }> {
    const look = async () => {
      for (const server of webHosts(lab())) {
        const mailbox = (await server.run("cat /var/mail/admin")).stdout.split(/^From /m);
        const message = mailbox.find((text) => text.includes(`\nSubject: ${subject}\n`));
        if (message) return { server, message };
      }
      return undefined;
    };
    return until(`"${subject}" in a mailbox`, look, 20_000, 100);
  }

  async function logged(text: RegExp): Promise<boolean> {
    return text.test(await logOf(pair().host(await pair().active()), "haproxy"));
  }

  const logOf = (host: Host<MachineName>, program: string) =>
    host.must(`journalctl --identifier ${program} --output cat --no-pager`);
}
