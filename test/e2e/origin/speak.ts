// Bytes by hand over one connection to the shared address, for what no client of HTTP would send.
import { type Lab, sharedAddress } from "../../lab/lab";

export interface Spoken {
  /** What came back. */
  readonly text: string;
  /** Whether the other side ended the connection; otherwise the time was over. */
  readonly ended: boolean;
}

export interface SpeakOptions {
  /** @default "operator" */
  readonly from?: "operator" | "client";
  /** @default 10 */
  readonly seconds?: number;
}

/** Says all at once, keeps its own side open, and listens. */
export async function speak(
  lab: Lab,
  port: number,
  bytes: string | Buffer,
  { from = "operator", seconds = 10 }: SpeakOptions = {},
): Promise<Spoken> {
  const script = `exec 3<>/dev/tcp/${sharedAddress.ipv4}/${port}; cat >&3; cat <&3`;
  const { stdout, code } = await lab[from].run("timeout", [String(seconds), "bash", "-c", script], { input: bytes });
  return { text: stdout, ended: code !== TIME_IS_OVER };
}

/** Exit status of timeout(1). */
const TIME_IS_OVER = 124;
