// Certificates for tests, made by openssl: one authority, and what it issues.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CertificateOptions {
  /** Names that it is for. @default ["example.com", "*.example.com"] */
  readonly names?: readonly string[];
  /** From now on; negative for one that has expired. @default 90 */
  readonly days?: number;
}

/** PEM of the authority that all certificates of this process come from. */
export function authority(): string {
  return issuer().certificate;
}

const issued = new Map<string, string>();

/** PEM of a certificate and its key; the same for the same options. */
export function certificate({ names = ["example.com", "*.example.com"], days = 90 }: CertificateOptions = {}): string {
  const key = JSON.stringify([names, days]);
  const known = issued.get(key) ?? issue(names, days);
  issued.set(key, known);
  return known;
}

let known: { certificate: string; key: string } | undefined;

function issuer() {
  known ??= inFolder((folder) => {
    openssl(
      folder,
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=Tests -addext keyUsage=critical,keyCertSign,cRLSign -keyout key -out crt",
    );
    return { certificate: read(folder, "crt"), key: read(folder, "key") };
  });
  return known;
}

function issue(names: readonly string[], days: number): string {
  const { certificate: issuerText, key: issuerKey } = issuer();
  return inFolder((folder) => {
    writeFileSync(join(folder, "ca.crt"), issuerText);
    writeFileSync(join(folder, "ca.key"), issuerKey);
    writeFileSync(join(folder, "extensions"), `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\n`);
    openssl(
      folder,
      `req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=${names[0]} -keyout key -out csr`,
    );
    openssl(folder, `x509 -req -in csr -CA ca.crt -CAkey ca.key -days ${days} -extfile extensions -out crt`);
    return `${read(folder, "crt")}${read(folder, "key")}`;
  });
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param command words without spaces in them */
function openssl(folder: string, command: string): void {
  execFileSync("openssl", command.split(" "), { cwd: folder, stdio: "pipe" });
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), "utf8");
}
