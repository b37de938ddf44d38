// What a provider shows while it works: lines that the engine puts beside the resource.
import { ChannelCredentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

export interface Display {
  /** A line that is shown while the operation runs, such as a command's output. */
  line(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** The engine as a provider sees it. Without an address, as when a debugger starts the provider, nothing is shown. */
export class Engine {
  private client?: EngineClient;
  /** One message after the other: the engine shows them in the order in which they arrive. */
  private sent: Promise<void> = Promise.resolve();

  constructor(address: string | undefined) {
    if (address !== undefined) {
      this.connect(address);
    }
  }

  connect(address: string): void {
    this.client = new EngineClient(address, ChannelCredentials.createInsecure());
  }

  displayOf(urn: string): Display {
    return {
      line: (text) => this.log(urn, LogSeverity.INFO, text, true),
      warn: (text) => this.log(urn, LogSeverity.WARNING, text, false),
      error: (text) => this.log(urn, LogSeverity.ERROR, text, false),
    };
  }

  /** Resolves once all that was to be shown has arrived. */
  flush(): Promise<void> {
    return this.sent;
  }

  private log(urn: string, severity: LogSeverity, text: string, ephemeral: boolean): void {
    const request = new LogRequest().setUrn(urn).setSeverity(severity).setMessage(text).setEphemeral(ephemeral);
    const { client } = this;
    // An engine that is gone shows nothing, and that is no reason to fail.
    const send = () => new Promise<void>((resolve) => (client ? client.log(request, () => resolve()) : resolve()));
    this.sent = this.sent.then(send);
  }
}
