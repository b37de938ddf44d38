// The lab's double of the `hcloud` provider 1.41.0: what the library and its tests use of it, against the API that its
// configuration names. test/conformance/hcloud-provider holds it to the provider's schema and behaviour.
import { Provider } from "../protocol/provider";
import { serve } from "../protocol/server";
import { Hetzner } from "./api/client";
import { functions } from "./functions";
import { firewall } from "./resources/firewall";
import { firewallAttachment } from "./resources/firewallAttachment";
import { floatingIp } from "./resources/floatingIp";
import { floatingIpAssignment } from "./resources/floatingIpAssignment";
import { network } from "./resources/network";
import { networkSubnet } from "./resources/networkSubnet";
import { placementGroup } from "./resources/placementGroup";
import { server } from "./resources/server";
import { serverNetwork } from "./resources/serverNetwork";
import { sshKey } from "./resources/sshKey";
import { configuration } from "./tables";

const hetzner = new Hetzner();

const provider = new Provider({
  version: "1.41.0",
  configuration,
  configure: (values) => hetzner.configure(values),
  resources: {
    "hcloud:index/server:Server": server(hetzner),
    "hcloud:index/floatingIp:FloatingIp": floatingIp(hetzner),
    "hcloud:index/floatingIpAssignment:FloatingIpAssignment": floatingIpAssignment(hetzner),
    "hcloud:index/network:Network": network(hetzner),
    "hcloud:index/networkSubnet:NetworkSubnet": networkSubnet(hetzner),
    "hcloud:index/serverNetwork:ServerNetwork": serverNetwork(hetzner),
    "hcloud:index/firewall:Firewall": firewall(hetzner),
    "hcloud:index/firewallAttachment:FirewallAttachment": firewallAttachment(hetzner),
    "hcloud:index/placementGroup:PlacementGroup": placementGroup(hetzner),
    "hcloud:index/sshKey:SshKey": sshKey(hetzner),
  },
  functions: functions(hetzner),
  // The bridge leaves secrets to the engine.
  acceptsSecrets: false,
  supportsPreview: true,
});

void serve(provider, process.argv.slice(2));
