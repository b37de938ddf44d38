// Two hosts that the lab boots by itself, and an address of their network.
import type { Lab } from "../../lab/lab";
import { sharedAddress } from "../../lab/layout";
import type { PairSettings } from "../pair";
import type { LabPlatform } from "./platform";
import { existingSite } from "./site";

export function existingPlatform(lab: Lab): LabPlatform {
  const { virtualAddresses, nodes } = platformArguments(lab);
  return {
    name: "existing",
    arguments: (settings) => platformArguments(lab, settings),
    secrets: ({ privateKey }) => ({ sshPrivateKey: privateKey ?? lab.sshKey.privateKey }),
    exampleConfig: { virtualAddresses, loadBalancers: nodes },
    environment: {},
    site: () => existingSite(lab),
  };
}

function platformArguments(lab: Lab, settings: PairSettings = {}) {
  const { lb1, lb2 } = lab.hosts;
  const nodes = [lb1, lb2].map(({ name, publicAddress, privateAddress, hostKey }, index) => ({
    name,
    host: publicAddress ?? privateAddress,
    peerAddress: privateAddress,
    hostKey,
    ...settings.nodes?.[index],
  }));
  return {
    virtualAddresses: [{ address: `${sharedAddress.ipv4}/24` }, { address: `${sharedAddress.ipv6}/64` }],
    nodes,
    adopt: settings.adopt,
    uninstallOnDestroy: settings.uninstallOnDestroy,
    ssh: {
      user: settings.sshUser,
      bastion: settings.bastion,
      privateKeyPassphrase: settings.privateKeyPassphrase,
    },
  };
}
