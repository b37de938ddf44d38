// Puts AWS together and runs it, in this process and moto's.
import type { Server as ControlServer } from "node:net";
import type { Endpoint } from "../cloud/api/connections";
import { serveControl } from "../cloud/api/control";
import type { Machines } from "../cloud/machines";
import { Cloud } from "./cloud";
import type { ControlCalls } from "./control/calls";
import { controlHandlers } from "./control/handlers";
import { Faults } from "./faults/faults";
import { type Delays, Front } from "./front";
import { Ground } from "./ground";
import { MetadataService } from "./imds";
import { Moto } from "./moto";
import { RequestLog } from "./requestLog";
import { Sessions } from "./sessions";

export interface RunOptions {
  readonly region: string;
  /** Of the APIs, over TLS, and of the metadata service. */
  readonly endpoints: readonly Endpoint[];
  readonly metadataEndpoints: readonly Endpoint[];
  /** PEM of the certificate (with its chain) and of its key. */
  readonly certificate: string;
  readonly key: string;
  /** Python that has moto installed. */
  readonly python: string;
  /** Path of the unix socket that tests use. */
  readonly controlSocket: string;
  readonly machines: Machines;
  /** @default none */
  readonly delays?: Delays;
}

export interface Running {
  readonly moto: Moto;
  readonly cloud: Cloud;
  readonly ground: Ground;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly front: Front;
  readonly metadata: MetadataService;
  /** Those of the start. */
  readonly delays: Delays;
  stop(): Promise<void>;
}

export async function runAws(options: RunOptions): Promise<Running> {
  const { region, endpoints, metadataEndpoints, certificate, key, python, machines, delays = {} } = options;
  const moto = await Moto.start({ python, region });
  const cloud = new Cloud(moto, region);
  const [sessions, faults, log, ground] = [
    new Sessions(cloud),
    new Faults(),
    new RequestLog(),
    new Ground(machines, cloud),
  ];
  const parts = { moto, cloud, ground, sessions, faults, log };
  const front = new Front({ ...parts, endpoints, certificate, key, delays });
  const metadata = new MetadataService({ ...parts, endpoints: metadataEndpoints });
  let control: ControlServer | undefined;
  const stop = async () => {
    control?.close();
    await Promise.all([front.connections.close(), metadata.connections.close()]);
    await moto.stop();
  };
  // moto loads the most of itself at the first request.
  await cloud.instances();
  await Promise.all([front.connections.listen(), metadata.connections.listen()]);
  const running: Running = { ...parts, front, metadata, delays, stop };
  control = await serveControl<ControlCalls>(options.controlSocket, controlHandlers(running));
  return running;
}
