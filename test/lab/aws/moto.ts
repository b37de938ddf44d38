// moto, which is EC2, IAM, STS and SSM behind the lab's front: a process of its own, in Python, that ends with this one.
import { type ChildProcess, spawn } from "node:child_process";
import http from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Reply } from "../cloud/api/wire";
import { type Image, images } from "./images";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Users who may do everything: the engine's, and the one by which the lab itself looks into moto. */
export const users = { operator: "operator", lab: "ec2.amazonaws.com" } as const;

export interface MotoOptions {
  /** That has moto installed. */
  readonly python: string;
  readonly region: string;
}

export interface SignedRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export class Moto {
  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
    readonly keys: Readonly<Record<string, Keys>>,
  ) {}

  static async start({ python, region }: MotoOptions): Promise<Moto> {
    const settings = JSON.stringify({ region, users: Object.values(users), images });
    const script = path.join(__dirname, "moto", "server.py");
    const child = spawn(python, ["-B", script, settings], { stdio: ["pipe", "pipe", "inherit"] });
    // Its log of requests is not of interest; the front has one.
    const lines = createInterface(child.stdout as NodeJS.ReadableStream);
    const [first = ""] = await Promise.race([
      new Promise<[string]>((said) => lines.once("line", (line) => said([line]))),
      new Promise<never>((_, failed) =>
        child.once("error", failed).once("exit", (code) => failed(new Error(`moto ended with status ${code}`))),
      ),
    ]);
    const { port, keys } = JSON.parse(first) as { port: number; keys: Record<string, Keys> };
    return new Moto(child, port, keys);
  }

  keysOf(user: string): Keys {
    const found = this.keys[user];
    if (!found) throw new Error(`moto has no user "${user}".`);
    return found;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Passes a request on as it is: whether it is signed well is moto's to say. */
  ask({ method, url, headers, body }: SignedRequest): Promise<Reply> {
    const { "transfer-encoding": _, connection: __, expect: ___, ...kept } = headers;
    const options = { host: "127.0.0.1", port: this.port, method, path: url, agent: false };
    return new Promise((resolve, reject) => {
      const request = http.request(
        { ...options, headers: { ...kept, "content-length": body.length } },
        async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk);
          const type = response.headers["content-type"] ?? "text/xml";
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: { "Content-Type": type }, body: text });
        },
      );
      request.once("error", reject).end(body);
    });
  }

  /** A later release of an image. */
  publish(image: Image): void {
    this.child.stdin?.write(`${JSON.stringify(image)}\n`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((done) => this.child.once("exit", done));
    this.child.stdin?.end();
    await ended;
  }
}
