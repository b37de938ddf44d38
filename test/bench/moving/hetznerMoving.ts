// Floating IPs of the lab's Hetzner Cloud. The script looks up the server and the address, and assigns once.
import { hetzner, hetznerRequests } from "../../pair/platforms/hcloud";
import type { MovingCloud } from "./clouds";

export const hetznerMoving: MovingCloud = {
  form: "hcloud",
  addressKind: "floating IP",
  async delay(lab, seconds) {
    await hetzner(lab).delays({ assign_floating_ip: seconds });
  },
  calls: hetznerRequests,
  moves: (lab) => hetzner(lab).moves(),
  forget: (lab) => hetzner(lab).forget(),
  oneShotScript: async (lab, pair) => async () => script(lab.hetznerTokens.failover, pair.addresses[0] as string),
};

const script = (token: string, address: string) => `#!/bin/sh
api() { curl --silent --header "Authorization: Bearer ${token}" --header "Content-Type: application/json" "$@"; }
url=https://api.hetzner.cloud/v1
server=$(api "$url/servers?name=$(cat /etc/hostname)" | python3 -c 'import json, sys; print(json.load(sys.stdin)["servers"][0]["id"])')
ip=$(api "$url/floating_ips" | python3 -c 'import json, sys
print([ip["id"] for ip in json.load(sys.stdin)["floating_ips"] if ip["ip"] == "${address}"][0])')
api --request POST --data "{\\"server\\": $server}" "$url/floating_ips/$ip/actions/assign"
`;
