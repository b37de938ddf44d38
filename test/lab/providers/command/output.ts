// A command's output: kept for the state, and shown line by line as `logging` says.
import type { Display } from "../protocol/display";

export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

export class Output {
  private readonly chunks: { stream: "stdout" | "stderr"; data: Buffer }[] = [];
  private readonly rest = { stdout: "", stderr: "" };

  constructor(
    private readonly display: Display,
    private readonly logging: Logging = "stdoutAndStderr",
  ) {}

  add(stream: "stdout" | "stderr", data: Buffer): void {
    this.chunks.push({ stream, data });
    if (this.logging === stream || this.logging === "stdoutAndStderr") {
      const lines = (this.rest[stream] + data.toString()).split("\n");
      this.rest[stream] = lines.pop() ?? "";
      lines.forEach(this.display.line);
    }
  }

  /** Shows what came last without a newline. */
  end(): void {
    [this.rest.stdout, this.rest.stderr].filter(Boolean).forEach(this.display.line);
  }

  /** Both streams as they came, for an error. */
  get all(): string {
    return Buffer.concat(this.chunks.map(({ data }) => data)).toString();
  }

  /** One stream as it goes into the state: without its last newline, and without that one only. */
  text(wanted: "stdout" | "stderr"): string {
    const whole = Buffer.concat(this.chunks.filter(({ stream }) => stream === wanted).map(({ data }) => data));
    return whole.toString().replace(/\n$/, "");
  }
}
