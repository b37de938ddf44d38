// Credentials of the roles that instances take on: made ahead of time, given until shortly before they expire, and then
// made anew, as EC2 does. What has expired is refused by the front.
import type { Cloud } from "./cloud";
import { awsError } from "./errors";
import type { AwsRequest } from "./request";

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

interface Session extends RoleCredentials {
  readonly instanceId: string;
  readonly roleArn: string;
}

/** New ones are there at least five minutes before the old ones expire, says EC2's guide; sooner where they live shorter. */
const renewalMs = 5 * 60_000;

/** Six hours, as EC2 gives them. */
export const defaultLifetime = 6 * 3600;

export class Sessions {
  /** Seconds that credentials live which are made from now on. */
  lifetime = defaultLifetime;
  private readonly byInstance = new Map<string, Session>();
  private readonly byKey = new Map<string, Session>();

  constructor(private readonly cloud: Cloud) {}

  async credentialsOf(instanceId: string, roleArn: string): Promise<RoleCredentials> {
    const known = this.byInstance.get(instanceId);
    if (known?.roleArn === roleArn && !isDue(known)) return known;
    const { lifetime } = this;
    // STS makes none that live shorter than 15 minutes; the front ends them sooner.
    const made = await this.cloud.assume(roleArn, instanceId, Math.max(900, lifetime));
    // Whole seconds, as they are told.
    const issuedAt = Math.floor(Date.now() / 1000) * 1000;
    const session: Session = {
      instanceId,
      roleArn,
      ...made,
      issuedAt,
      expiresAt: issuedAt + lifetime * 1000,
    };
    this.byInstance.set(instanceId, session);
    this.byKey.set(session.accessKeyId, session);
    return session;
  }

  /** All that were given end now; whoever asks gets new ones. */
  expire(): void {
    for (const session of this.byKey.values()) {
      const ended = { ...session, expiresAt: Math.min(session.expiresAt, Date.now()) };
      this.byKey.set(ended.accessKeyId, ended);
      if (this.byInstance.get(ended.instanceId)?.accessKeyId === ended.accessKeyId)
        this.byInstance.set(ended.instanceId, ended);
    }
  }

  /** The instance whose credentials these are. */
  instanceOf(accessKeyId: string | undefined): string | undefined {
    return this.byKey.get(accessKeyId ?? "")?.instanceId;
  }

  /** For which credentials that were given are still good; null for others. */
  secondsLeft(accessKeyId: string | undefined): number | null {
    const session = this.byKey.get(accessKeyId ?? "");
    return session ? (session.expiresAt - Date.now()) / 1000 : null;
  }

  /** Refuses what is signed with credentials that have expired. */
  check({ service, accessKeyId }: AwsRequest): void {
    const session = this.byKey.get(accessKeyId ?? "");
    if (session && session.expiresAt <= Date.now())
      throw awsError(service === "ec2" ? "RequestExpired" : "ExpiredToken");
  }
}

function isDue({ issuedAt, expiresAt }: Session): boolean {
  return expiresAt - Date.now() < Math.min(renewalMs, (expiresAt - issuedAt) / 2);
}
