// Servers and floating IPs that the lab's Hetzner Cloud makes.
import { HetznerControl, type RequestRecord } from "../../lab/hetzner/control";
import type { Lab } from "../../lab/lab";
import { cloudApi } from "../../lab/layout";
import type { ApiRequest, LabPlatform } from "./platform";
import { machineSite } from "./site";

/** The operator's public network, and that of its bastions. */
const allowFrom = ["198.51.100.0/24"];
const network = { ipRange: "10.77.0.0/16", subnetIpRange: "10.77.1.0/24" };

export function hcloudPlatform(lab: Lab): LabPlatform {
  const { operator, failover } = lab.hetznerTokens;
  return {
    name: "hcloud",
    arguments: ({ hcloud: { ssh, ...given } = {} }) => ({
      ...(given.servers ? {} : { location: "fsn1", serverType: "cx23", network }),
      ...given,
      ssh: { ...(given.servers || given.firewallIds ? {} : { allowFrom }), ...ssh },
    }),
    secrets: ({ privateKey, failoverToken }) => ({
      sshPrivateKey: privateKey ?? lab.sshKey.privateKey,
      failoverToken: failoverToken ?? failover,
    }),
    exampleConfig: { allowSshFrom: allowFrom, ...network },
    environment: {
      HCLOUD_TOKEN: operator,
      HCLOUD_ENDPOINT: `https://${cloudApi.privateAddress}/v1`,
      // The double is a program of Node.js, the real provider one of Go.
      NODE_EXTRA_CA_CERTS: lab.authority,
      SSL_CERT_FILE: lab.authority,
    },
    site: (outputs) => machineSite(lab, outputs),
  };
}

/** The tests' hand on the cloud. */
export function hetzner(lab: Lab): HetznerControl {
  return HetznerControl.of(lab.stateDir);
}

/** What came in to its API, in order. */
export async function hetznerRequests(lab: Lab): Promise<readonly ApiRequest[]> {
  return (await hetzner(lab).requests()).map(asRequest);
}

function asRequest({ at, source, method, path, fault, status }: RequestRecord): ApiRequest {
  const isClaim = method === "POST" && /^\/floating_ips\/\d+\/actions\/assign$/.test(path);
  return { at, source, isClaim, failed: fault !== null || status === null || status >= 400 };
}
